/** A `vrrp_instance` as far as it has been read; undefined is "not said", so that defaults can depend on each other. */
import type { Address } from '../../sim/effects.ts';
import type { ConfWord } from './conf-lines.ts';
import type { GarpConfig, NotifyConfig } from './config.ts';

export interface TrackDraft {
  readonly word: ConfWord;
  readonly name: string;
  /** Undefined: the script's own. */
  readonly weight: number | undefined;
  readonly reverse: boolean | undefined;
}

export interface InstanceDraft {
  readonly name: ConfWord;
  state: 'MASTER' | 'BACKUP' | undefined;
  interface: string | undefined;
  virtualRouterId: number | undefined;
  priority: number | undefined;
  advertInt: { readonly us: number; readonly at: ConfWord } | undefined;
  vrrpVersion: 2 | 3 | undefined;
  auth: { type: 0 | 1 | 2; pass: string; at: ConfWord } | undefined;
  readonly addresses: Address[];
  readonly excluded: Address[];
  readonly noTrack: Address[];
  sourceAddress: Address | undefined;
  unicast: ConfWord | undefined;
  readonly unicastPeers: Address[];
  faultNoPeer: boolean;
  checkUnicastSrc: boolean | undefined;
  nopreempt: ConfWord | undefined;
  preemptDelay: { readonly us: number; readonly at: ConfWord } | undefined;
  downTimerAdverts: number | undefined;
  strict: boolean | undefined;
  dontTrackPrimary: boolean;
  timerExpiredBackup: boolean;
  lowerPrioNoAdvert: boolean | undefined;
  higherPrioSendAdvert: boolean | undefined;
  skipCheckAdvAddr: boolean | undefined;
  garp: Partial<GarpConfig>;
  readonly trackScripts: TrackDraft[];
  readonly trackInterfaces: TrackDraft[];
  notify: NotifyConfig;
}

export function newInstance(name: ConfWord): InstanceDraft {
  return {
    name,
    state: undefined,
    interface: undefined,
    virtualRouterId: undefined,
    priority: undefined,
    advertInt: undefined,
    vrrpVersion: undefined,
    auth: undefined,
    addresses: [],
    excluded: [],
    noTrack: [],
    sourceAddress: undefined,
    unicast: undefined,
    unicastPeers: [],
    faultNoPeer: false,
    checkUnicastSrc: undefined,
    nopreempt: undefined,
    preemptDelay: undefined,
    downTimerAdverts: undefined,
    strict: undefined,
    dontTrackPrimary: false,
    timerExpiredBackup: false,
    lowerPrioNoAdvert: undefined,
    higherPrioSendAdvert: undefined,
    skipCheckAdvAddr: undefined,
    garp: {},
    trackScripts: [],
    trackInterfaces: [],
    notify: {},
  };
}

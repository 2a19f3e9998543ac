/**
 * Settles a `vrrp_instance` once it is read: defaults that depend on other words, and what keepalived clears by itself,
 * with its own messages.
 *
 * Source: keepalived 2.2.7 vrrp.c (vrrp_complete_instance, chk_min_cfg), v1.3.5 for `version: '1.3'`.
 */
import type { Finding } from '../finding.ts';
import type { ConfReader } from './conf-reader.ts';
import type { GarpConfig, InstanceConfig } from './config.ts';
import type { InstanceDraft } from './instance-draft.ts';
import { DEFAULT_PRIORITY, OWNER_PRIORITY } from './priority.ts';
import type { Globals } from './read-globals.ts';
import { DEFAULT_ADVERT_INT_US, roundedAdvertIntUs, secondsText } from './timers.ts';

type Weights = Pick<InstanceConfig, 'trackScripts' | 'trackInterfaces'>;

/** The instance as it will run, or undefined (after an error) if keepalived drops it. */
export function completeInstance(
  draft: InstanceDraft,
  globals: Globals,
  weights: Weights,
  reader: ConfReader,
): InstanceConfig | undefined {
  const name = draft.name.text;
  const say = (severity: Finding['severity'], message: string, at = draft.name): void =>
    reader.say(severity, at, `(${name}) ${message}`);
  if (draft.virtualRouterId === undefined) {
    say('error', 'the virtual router id must be set');
    return undefined;
  }
  if (draft.interface === undefined && draft.unicastPeers.length === 0) {
    say('error', 'Unknown interface!');
    return undefined;
  }
  const strict = draft.strict ?? globals.strict;
  const vrrpVersion = draft.vrrpVersion ?? globals.vrrpVersion;
  if (draft.addresses.length === 0) {
    if (vrrpVersion === 3 || strict) {
      say('error', 'No VIP specified; at least one is required');
      return undefined;
    }
    say('warning', 'no virtual address: nothing moves');
  }
  if (draft.unicast !== undefined && draft.unicastPeers.length === 0) {
    if (draft.faultNoPeer) {
      say('error', 'unicast_fault_no_peer without a peer: in FAULT for good', draft.unicast);
      return undefined;
    }
    say('warning', 'unicast without a unicast_peer: multicast is used', draft.unicast);
  }
  if (strict && draft.unicastPeers.length > 0) {
    say('error', 'Unicast peers are not supported in strict mode', draft.unicast);
    return undefined;
  }
  if (strict) say('note', 'strict mode filters packets to the address (no_accept); that is not modelled');

  let state = draft.state ?? (draft.priority === OWNER_PRIORITY ? 'MASTER' : 'BACKUP');
  const byDefault = state === 'MASTER' && reader.behaviour.ownerByDefault ? OWNER_PRIORITY : DEFAULT_PRIORITY;
  const priority = draft.priority ?? byDefault;
  if (draft.priority === undefined) say('note', `no priority: it is ${priority}`);
  const owner = priority === OWNER_PRIORITY;
  if (strict && (state === 'MASTER') !== owner) {
    say('warning', 'State MASTER must match being address owner');
    state = owner ? 'MASTER' : 'BACKUP';
  }

  let nopreempt = draft.nopreempt !== undefined;
  if (owner && nopreempt) {
    say('warning', 'nopreempt is incompatible with priority 255 - resetting nopreempt', draft.nopreempt);
    nopreempt = false;
  }
  let preemptDelayUs = draft.preemptDelay?.us ?? 0;
  if (state === 'MASTER') {
    if (nopreempt) {
      say(
        'warning',
        'Warning - nopreempt will not work with initial state MASTER - clearing',
        draft.nopreempt,
      );
      nopreempt = false;
    }
    if (preemptDelayUs > 0) {
      const message = 'Warning - preempt delay will not work with initial state MASTER - clearing';
      say('warning', message, draft.preemptDelay?.at);
      preemptDelayUs = 0;
    }
  }
  if (preemptDelayUs > 0 && strict) {
    say('warning', 'preempt_delay is incompatible with strict mode - resetting', draft.preemptDelay?.at);
    preemptDelayUs = 0;
  }
  if (preemptDelayUs > 0 && nopreempt) {
    say('warning', 'preempt_delay is incompatible with nopreempt mode - resetting', draft.preemptDelay?.at);
    preemptDelayUs = 0;
  }

  const auth = completeAuth(draft, vrrpVersion, strict, say);
  return {
    name,
    state,
    interface: draft.interface ?? '',
    dontTrackPrimary: draft.dontTrackPrimary,
    virtualRouterId: draft.virtualRouterId,
    priority,
    advertIntUs: completeAdvertInt(draft, vrrpVersion, say),
    vrrpVersion,
    authType: auth.type,
    authPass: auth.pass,
    virtualIpAddresses: draft.addresses,
    virtualIpAddressesExcluded: draft.excluded,
    noTrackAddresses: draft.noTrack,
    ...(draft.sourceAddress === undefined ? {} : { sourceAddress: draft.sourceAddress }),
    unicastPeers: draft.unicastPeers,
    checkUnicastSrc: draft.checkUnicastSrc ?? globals.checkUnicastSrc,
    nopreempt,
    preemptDelayUs,
    downTimerAdverts: draft.downTimerAdverts ?? globals.downTimerAdverts,
    timerExpiredBackup: draft.timerExpiredBackup && nopreempt,
    lowerPrioNoAdvert: strict || (draft.lowerPrioNoAdvert ?? globals.lowerPrioNoAdvert),
    higherPrioSendAdvert: !strict && (draft.higherPrioSendAdvert ?? globals.higherPrioSendAdvert),
    skipCheckAdvAddr: draft.skipCheckAdvAddr ?? globals.skipCheckAdvAddr,
    garp: completeGarp(draft, globals, strict),
    ...weights,
    notify: draft.notify,
  };
}

type Say = (severity: Finding['severity'], message: string, at?: InstanceDraft['name']) => void;

function completeAuth(
  draft: InstanceDraft,
  vrrpVersion: 2 | 3,
  strict: boolean,
  say: Say,
): { type: 0 | 1 | 2; pass: string } {
  const auth = draft.auth;
  const none = { type: 0 as const, pass: '' };
  if (auth === undefined || auth.type === 0) return none;
  if (strict) say('warning', 'Strict mode does not support authentication. Ignoring.', auth.at);
  else if (vrrpVersion === 3)
    say('warning', 'VRRP version 3 does not support authentication. Ignoring.', auth.at);
  else if (auth.pass === '')
    say('warning', 'Authentication specified but no password given. Ignoring', auth.at);
  else return { type: auth.type, pass: auth.pass };
  return none;
}

function completeAdvertInt(draft: InstanceDraft, vrrpVersion: 2 | 3, say: Say): number {
  if (draft.advertInt === undefined) return DEFAULT_ADVERT_INT_US;
  const { us, at } = draft.advertInt;
  const rounded = roundedAdvertIntUs(vrrpVersion, us);
  if (rounded !== us) {
    const unit = vrrpVersion === 2 ? 'an integer' : 'in units of 10ms';
    const tooLong = rounded < us - 1e6;
    say(
      'warning',
      tooLong
        ? `VRRPv${vrrpVersion} advertisement interval ${secondsText(us)}s is out of range. Setting to ${secondsText(rounded)}s`
        : `VRRPv${vrrpVersion} advertisement interval ${secondsText(us)}s must be ${unit}. rounding`,
      at,
    );
  }
  return rounded;
}

/** The lower-prio pair follows the master pair of the instance, unless it is set (vrrp.c:4985-4988); strict mode has none. */
function completeGarp(draft: InstanceDraft, globals: Globals, strict: boolean): GarpConfig {
  const garp = { ...globals.garp, ...draft.garp };
  return {
    ...garp,
    lowerPrioRepeat: strict
      ? 0
      : (draft.garp.lowerPrioRepeat ?? globals.lowerPrioRepeat ?? garp.masterRepeat),
    lowerPrioDelayUs: strict
      ? 0
      : (draft.garp.lowerPrioDelayUs ?? globals.lowerPrioDelayUs ?? garp.masterDelayUs),
  };
}

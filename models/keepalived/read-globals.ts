/**
 * `global_defs` of keepalived.conf.
 *
 * Source: keepalived 2.2.7 global_parser.c, global_data.c (defaults), keepalived.conf(5) "Global definitions".
 */

import type { ConfReader, Handler, Vocabulary } from './conf-reader.ts';
import type { Statement } from './conf-tree.ts';
import { boolean, decimalSecondsUs, wholeNumber } from './conf-values.ts';
import { DEFAULT_GARP, type GarpConfig } from './config.ts';
import { GLOBAL_NOT_MODELLED, GLOBAL_WITHOUT_EFFECT } from './keywords.ts';
import { DEFAULT_DOWN_TIMER_ADVERTS, SECOND_US } from './timers.ts';

export interface Globals {
  vrrpVersion: 2 | 3;
  strict: boolean;
  garp: GarpConfig;
  /** Unset: they follow the master pair. */
  lowerPrioRepeat: number | undefined;
  lowerPrioDelayUs: number | undefined;
  lowerPrioNoAdvert: boolean;
  higherPrioSendAdvert: boolean;
  skipCheckAdvAddr: boolean;
  checkUnicastSrc: boolean;
  downTimerAdverts: number;
  startupDelayUs: number;
  logUnknownVrids: boolean;
}

export function defaultGlobals(): Globals {
  return {
    vrrpVersion: 2,
    strict: false,
    garp: DEFAULT_GARP,
    lowerPrioRepeat: undefined,
    lowerPrioDelayUs: undefined,
    lowerPrioNoAdvert: false,
    higherPrioSendAdvert: false,
    skipCheckAdvAddr: false,
    checkUnicastSrc: false,
    downTimerAdverts: DEFAULT_DOWN_TIMER_ADVERTS,
    startupDelayUs: 0,
    logUnknownVrids: false,
  };
}

/** A word that is on or off; a bad value is said and leaves things as they are. */
export function flag<Draft>(set: (draft: Draft, on: boolean) => void): Handler<Draft> {
  return (draft, statement, reader) => {
    const on = boolean(statement.args[0]?.text);
    if (on === undefined) {
      const { keyword } = statement;
      reader.warn(reader.first(statement), `invalid ${keyword.text} ${statement.args[0]!.text} specified`);
    } else set(draft, on);
  };
}

/** A whole number; a bad one is said and ignored. */
export function whole<Draft>(
  from: number,
  to: number,
  set: (draft: Draft, value: number, statement: Statement, reader: ConfReader) => void,
): Handler<Draft> {
  return (draft, statement, reader) => {
    const value = wholeNumber(statement.args[0]?.text, from, to);
    if (value === undefined) {
      const text = statement.args[0]?.text ?? '';
      reader.warn(
        reader.first(statement),
        `${statement.keyword.text} '${text.slice(0, 40)}' invalid - ignoring`,
      );
    } else set(draft, value, statement, reader);
  };
}

const MAX_SECONDS = 4294;
const garp = (globals: Globals, change: Partial<GarpConfig>): void => {
  globals.garp = { ...globals.garp, ...change };
};
const delay: Handler<Globals> = (globals, statement, reader) => {
  const us = decimalSecondsUs(statement.args[0]?.text, 0, 1e6);
  if (us === undefined)
    reader.warn(reader.first(statement), `${statement.keyword.text} is not a time - ignoring`);
  // vrrp_delay_after_boot counts from boot; processes of a simulated host start with it, so the longer one holds.
  else globals.startupDelayUs = Math.max(globals.startupDelayUs, us);
};

export const GLOBAL_WORDS: Vocabulary<Globals> = {
  modelled: {
    vrrp_version: whole(2, 3, (globals, value) => {
      globals.vrrpVersion = value === 3 ? 3 : 2;
    }),
    vrrp_strict: flag((globals, on) => {
      globals.strict = on;
    }),
    vrrp_garp_master_delay: whole(0, MAX_SECONDS, (globals, value) => {
      garp(globals, { masterDelayUs: value * SECOND_US });
    }),
    vrrp_garp_master_repeat: whole(1, 1000, (globals, value) => {
      garp(globals, { masterRepeat: value });
    }),
    vrrp_garp_master_refresh: whole(0, 1e9, (globals, value) => {
      garp(globals, { masterRefreshUs: value * SECOND_US });
    }),
    vrrp_garp_master_refresh_repeat: whole(1, 1000, (globals, value) => {
      garp(globals, { masterRefreshRepeat: value });
    }),
    vrrp_garp_lower_prio_delay: whole(0, MAX_SECONDS, (globals, value) => {
      globals.lowerPrioDelayUs = value * SECOND_US;
    }),
    vrrp_garp_lower_prio_repeat: whole(0, 1000, (globals, value) => {
      globals.lowerPrioRepeat = value;
    }),
    vrrp_min_garp: flag((globals, on) => {
      if (on) garp(globals, { masterRepeat: 1, masterDelayUs: 0 });
    }),
    vrrp_lower_prio_no_advert: flag((globals, on) => {
      globals.lowerPrioNoAdvert = on;
    }),
    vrrp_higher_prio_send_advert: flag((globals, on) => {
      globals.higherPrioSendAdvert = on;
    }),
    vrrp_skip_check_adv_addr: flag((globals, on) => {
      globals.skipCheckAdvAddr = on;
    }),
    vrrp_check_unicast_src: flag((globals, on) => {
      globals.checkUnicastSrc = on;
    }),
    vrrp_down_timer_adverts: whole(1, 100, (globals, value, statement, reader) => {
      if (reader.behaviour.downTimerAdverts) globals.downTimerAdverts = value;
      else reader.unknown(statement.keyword);
    }),
    vrrp_startup_delay: delay,
    vrrp_delay_after_boot: delay,
    log_unknown_vrids: flag((globals, on) => {
      globals.logUnknownVrids = on;
    }),
  },
  withoutEffect: GLOBAL_WITHOUT_EFFECT,
  notModelled: GLOBAL_NOT_MODELLED,
};

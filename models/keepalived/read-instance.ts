/**
 * `vrrp_instance` of keepalived.conf: the words, as far as each can be judged alone. What depends on several of them is
 * settled in complete-instance.ts.
 *
 * Source: keepalived 2.2.7 vrrp_parser.c (the handlers of init_vrrp_keywords) and its messages; vrrp_ipaddress.c.
 */
import type { Address } from '../../sim/effects.ts';
import type { Handler, Vocabulary } from './conf-reader.ts';
import type { Statement } from './conf-tree.ts';
import { decimalSecondsUs, wholeNumber } from './conf-values.ts';
import type { GarpConfig, NotifyConfig } from './config.ts';
import type { InstanceDraft, TrackDraft } from './instance-draft.ts';
import { INSTANCE_NOT_MODELLED, INSTANCE_WITHOUT_EFFECT } from './keywords.ts';
import { OWNER_PRIORITY } from './priority.ts';
import { flag, whole } from './read-globals.ts';
import { readTracked } from './read-tracked.ts';
import { SECOND_US } from './timers.ts';

const readState: Handler<InstanceDraft> = (draft, statement, reader) => {
  const text = statement.args[0]?.text ?? '';
  const name = draft.name.text;
  const at = reader.first(statement);
  if (text === 'MASTER') draft.state = 'MASTER';
  else if (text !== 'BACKUP') {
    reader.warn(at, `(${name}) unknown state '${text.slice(0, 40)}', defaulting to BACKUP`);
    draft.state = 'BACKUP';
  } else if (draft.state === 'MASTER') {
    reader.warn(at, `(${name}) state previously set as MASTER - ignoring BACKUP`);
  } else draft.state = 'BACKUP';
};

const readPriority: Handler<InstanceDraft> = (draft, statement, reader) => {
  draft.priority = wholeNumber(statement.args[0]?.text, 1, OWNER_PRIORITY);
  if (draft.priority !== undefined) return;
  draft.priority = 100;
  const what = `Priority not valid! must be between 1 & ${OWNER_PRIORITY}. Using default 100`;
  reader.warn(reader.first(statement), `(${draft.name.text}) ${what}`);
};

const readVrid: Handler<InstanceDraft> = (draft, statement, reader) => {
  const text = statement.args[0]?.text ?? '';
  const vrid = wholeNumber(text, 1, 255);
  if (vrid !== undefined) draft.virtualRouterId = vrid;
  else {
    const what = `VRID '${text.slice(0, 40)}' not valid - must be between 1 & 255`;
    reader.warn(reader.first(statement), `(${draft.name.text}): ${what}`);
  }
};

const readAdvertInt: Handler<InstanceDraft> = (draft, statement, reader) => {
  const at = reader.first(statement);
  const text = statement.args[0]?.text ?? '';
  const us = decimalSecondsUs(text, 0.01, 255);
  if (us !== undefined) draft.advertInt = { us, at };
  else {
    const what = `Advert interval (${text.slice(0, 40)}) not valid! Must be > 0 - ignoring`;
    reader.warn(at, `(${draft.name.text}) ${what}`);
  }
};

const readPreemptDelay: Handler<InstanceDraft> = (draft, statement, reader) => {
  const at = reader.first(statement);
  const us = decimalSecondsUs(statement.args[0]?.text, 0, 4294);
  if (us !== undefined) draft.preemptDelay = { us, at };
  else reader.warn(at, `(${draft.name.text}) Preempt_delay not valid! must be between 0-4294`);
};

const readSource: Handler<InstanceDraft> = (draft, statement, reader) => {
  const at = reader.first(statement);
  if (statement.keyword.text === 'unicast_src_ip') draft.unicast = statement.keyword;
  const address = reader.address(at, 'source address');
  if (address !== undefined) draft.sourceAddress = address;
};

/** The entries of a block of values: each line is a value with its options. */
function entries(statement: Statement): readonly Statement[] {
  return statement.block ?? [];
}

/** A word of an address entry that has a value after it, and those that stand alone. */
const ADDRESS_OPTIONS = new Set([
  ...[
    'dev',
    'label',
    'scope',
    'brd',
    'broadcast',
    'peer',
    'preferred_lft',
    'metric',
    'proto',
    'track_group',
    'use_vmac',
  ],
]);
const ADDRESS_FLAGS = new Set([
  'no_track',
  'home',
  'mngtmpaddr',
  'noprefixroute',
  'autojoin',
  'nodad',
  'temporary',
  '-nodad',
]);

/** More than fit into any packet (VRRP_MAX_ADDR is 255), and so few that lists stay quick. */
const MAX_ADDRESSES = 1000;

function readAddresses(list: (draft: InstanceDraft) => Address[]): Handler<InstanceDraft> {
  return (draft, statement, reader) => {
    for (const entry of entries(statement)) {
      const address = reader.address(entry.keyword, `(${draft.name.text}) address`);
      if (address === undefined) continue;
      const addresses = list(draft);
      if (addresses.length >= MAX_ADDRESSES) {
        reader.warn(
          entry.keyword,
          `(${draft.name.text}) more than ${MAX_ADDRESSES} addresses - ignoring the rest`,
        );
        return;
      }
      if (addresses.includes(address))
        reader.warn(entry.keyword, `(${draft.name.text}) ${address} is duplicated`);
      else addresses.push(address);
      for (let i = 0; i < entry.args.length; i++) {
        const word = entry.args[i]!;
        if (word.text === 'no_track') draft.noTrack.push(address);
        if (ADDRESS_OPTIONS.has(word.text)) i++;
        else if (!ADDRESS_FLAGS.has(word.text)) reader.unknown(word);
      }
    }
  };
}

const readPeers: Handler<InstanceDraft> = (draft, statement, reader) => {
  draft.unicast = statement.keyword;
  for (const entry of entries(statement)) {
    const address = reader.address(entry.keyword, 'unicast peer');
    if (address !== undefined && draft.unicastPeers.length < MAX_ADDRESSES) draft.unicastPeers.push(address);
  }
};

function readTracks(list: (draft: InstanceDraft) => TrackDraft[]): Handler<InstanceDraft> {
  return (draft, statement, reader) => {
    for (const entry of entries(statement)) {
      const tracked = readTracked(entry, draft.name.text, reader);
      if (tracked !== undefined) list(draft).push(tracked);
    }
  };
}

const readAuthentication: Handler<InstanceDraft> = (draft, statement, reader) => {
  const auth = { type: 0 as 0 | 1 | 2, pass: '', at: statement.keyword };
  reader.walk(entries(statement), auth, {
    modelled: {
      auth_type: (to, inner, from) => {
        const text = inner.args[0]?.text ?? '';
        if (text === 'PASS') to.type = 1;
        else if (text === 'AH') to.type = 2;
        else
          from.warn(
            from.first(inner),
            `(${draft.name.text}) unknown authentication type '${text.slice(0, 40)}'`,
          );
      },
      auth_pass: (to, inner, from) => {
        const text = inner.args[0]?.text ?? '';
        if (text.length > 8) from.warn(from.first(inner), 'Truncating auth_pass to 8 characters');
        to.pass = text.slice(0, 8);
      },
    },
    withoutEffect: new Set(),
    notModelled: new Set(),
  });
  draft.auth = auth;
};

/** What a notify script is called; it is not run. */
export function readNotify(kind: keyof NotifyConfig): Handler<{ notify: NotifyConfig }> {
  return (draft, statement) => {
    draft.notify = { ...draft.notify, [kind]: statement.args.map((arg) => arg.text).join(' ') };
  };
}

const garp = (draft: InstanceDraft, change: Partial<GarpConfig>): void => {
  draft.garp = { ...draft.garp, ...change };
};
const seconds = (key: keyof GarpConfig): Handler<InstanceDraft> =>
  whole(0, 4294, (draft, value) => garp(draft, { [key]: value * SECOND_US }));
const repeats = (key: keyof GarpConfig, least: number): Handler<InstanceDraft> =>
  whole(0, 1000, (draft, value, statement, reader) => {
    if (value < least) {
      reader.warn(
        reader.first(statement),
        `(${draft.name.text}): ${statement.keyword.text} must be greater than 0, setting to 1`,
      );
    }
    garp(draft, { [key]: Math.max(value, least) });
  });

export const INSTANCE_WORDS: Vocabulary<InstanceDraft> = {
  modelled: {
    state: readState,
    interface: (draft, statement) => {
      draft.interface = statement.args[0]?.text;
    },
    virtual_router_id: readVrid,
    priority: readPriority,
    advert_int: readAdvertInt,
    version: whole(2, 3, (draft, value) => {
      draft.vrrpVersion = value === 3 ? 3 : 2;
    }),
    authentication: readAuthentication,
    virtual_ipaddress: readAddresses((draft) => draft.addresses),
    virtual_ipaddress_excluded: readAddresses((draft) => draft.excluded),
    mcast_src_ip: readSource,
    unicast_src_ip: readSource,
    unicast_peer: readPeers,
    unicast_fault_no_peer: (draft) => {
      draft.faultNoPeer = true;
    },
    check_unicast_src: flag((draft, on) => {
      draft.checkUnicastSrc = on;
    }),
    nopreempt: (draft, statement) => {
      draft.nopreempt = statement.keyword;
    },
    preempt: (draft) => {
      draft.nopreempt = undefined;
    },
    preempt_delay: readPreemptDelay,
    dont_track_primary: (draft) => {
      draft.dontTrackPrimary = true;
    },
    track_script: readTracks((draft) => draft.trackScripts),
    track_interface: readTracks((draft) => draft.trackInterfaces),
    down_timer_adverts: whole(1, 100, (draft, value, statement, reader) => {
      if (reader.behaviour.downTimerAdverts) draft.downTimerAdverts = value;
      else reader.unknown(statement.keyword);
    }),
    strict_mode: flag((draft, on) => {
      draft.strict = on;
    }),
    timer_expired_backup: (draft) => {
      draft.timerExpiredBackup = true;
    },
    lower_prio_no_advert: flag((draft, on) => {
      draft.lowerPrioNoAdvert = on;
    }),
    higher_prio_send_advert: flag((draft, on) => {
      draft.higherPrioSendAdvert = on;
    }),
    skip_check_adv_addr: flag((draft, on) => {
      draft.skipCheckAdvAddr = on;
    }),
    garp_master_delay: seconds('masterDelayUs'),
    garp_master_refresh: seconds('masterRefreshUs'),
    garp_master_repeat: repeats('masterRepeat', 1),
    garp_master_refresh_repeat: repeats('masterRefreshRepeat', 1),
    garp_lower_prio_delay: seconds('lowerPrioDelayUs'),
    garp_lower_prio_repeat: repeats('lowerPrioRepeat', 0),
    notify_master: readNotify('master'),
    notify_backup: readNotify('backup'),
    notify_fault: readNotify('fault'),
    notify_stop: readNotify('stop'),
    notify: readNotify('any'),
  },
  withoutEffect: INSTANCE_WITHOUT_EFFECT,
  notModelled: INSTANCE_NOT_MODELLED,
};

/**
 * What differs between keepalived's versions, as facts that the machines ask for by name.
 *
 * Sources: the tags of acassen/keepalived, bisected (v1.3.5 vrrp.c and vrrp_scheduler.c; v2.0.0 of 27 May 2018;
 * v2.2.3 for down_timer_adverts; v2.3.0 for the rate limit on complaints; v2.3.3 for VIP lists that differ).
 * Modelled: 2.0 to 2.3, and the 1.3 that CentOS 7 and Ubuntu 18.04 ship.
 * Not modelled: 1.2's and 1.4's own quirks (run as 1.3), the rogue-owner logic and auth_hmac of 2.3.3 and later.
 */

/** The version of the recordings, and of Debian 12. */
export const DEFAULT_VERSION = '2.2.7';

export interface Behaviour {
  /**
   * 1.3: MASTER is reached through GOTO_MASTER, an advert interval each for the election and for the addresses;
   * `state MASTER` begins there, at start and after FAULT; a lower advert forces an election at once.
   */
  readonly gotoMaster: boolean;
  /** 1.3: the skew comes from the configured priority. 2.x: from the effective one. */
  readonly skewFromBase: boolean;
  /** 1.3: the effective priority is worked out once an advert interval. 2.x: at once. */
  readonly priorityByTimer: boolean;
  /** 1.3: an advert that is dropped restarts the down timer all the same. */
  readonly droppedRestartsTimer: boolean;
  /** 1.3: 100 whatever the state. 2.x: 255 with `state MASTER`. */
  readonly ownerByDefault: boolean;
  /** From 2.3.3 an advert with other addresses counts all the same. */
  readonly otherAddressesCount: boolean;
  /** From 2.3.0 a complaint about adverts is logged once until the state or the master changes. */
  readonly complainsOnce: boolean;
  /** `down_timer_adverts` is known from 2.2.3. */
  readonly downTimerAdverts: boolean;
  readonly logPrefix: (instance: string) => string;
}

type Numbers = readonly [major: number, minor: number, patch: number];

/** `2.2.7`, `v1.3`, `2`; undefined if it is no version. */
export function parseVersion(text: string): Numbers | undefined {
  const match = /^v?(\d{1,3})(?:\.(\d{1,3}))?(?:\.(\d{1,3}))?$/.exec(text);
  if (match === null) return undefined;
  return [Number(match[1]), Number(match[2] ?? 0), Number(match[3] ?? 0)];
}

function atLeast(version: Numbers, other: Numbers): boolean {
  for (let i = 0; i < 3; i++) {
    const difference = version[i]! - other[i]!;
    if (difference !== 0) return difference > 0;
  }
  return true;
}

const known = new Map<string, Behaviour>();

/** What a version does. An unreadable version is the default one. */
export function behaviourOf(version: string): Behaviour {
  let behaviour = known.get(version);
  if (behaviour === undefined) {
    behaviour = behaviourOfNumbers(parseVersion(version) ?? parseVersion(DEFAULT_VERSION)!);
    if (known.size < 64) known.set(version, behaviour);
  }
  return behaviour;
}

function behaviourOfNumbers(version: Numbers): Behaviour {
  const two = atLeast(version, [2, 0, 0]);
  return {
    gotoMaster: !two,
    skewFromBase: !two,
    priorityByTimer: !two,
    droppedRestartsTimer: !two,
    ownerByDefault: two,
    otherAddressesCount: atLeast(version, [2, 3, 3]),
    complainsOnce: atLeast(version, [2, 3, 0]),
    downTimerAdverts: atLeast(version, [2, 2, 3]),
    logPrefix: two ? (instance) => `(${instance})` : (instance) => `VRRP_Instance(${instance})`,
  };
}

/** The modelled version that stands for this one, and whether it is another. */
export function nearestModelled(version: string): { readonly version: string; readonly same: boolean } {
  const numbers = parseVersion(version);
  if (numbers === undefined) return { version: DEFAULT_VERSION, same: false };
  if (!atLeast(numbers, [2, 0, 0])) {
    const same = numbers[0] === 1 && numbers[1] === 3;
    return { version: same ? version : '1.3.5', same };
  }
  if (atLeast(numbers, [2, 4, 0])) return { version: '2.3.4', same: false };
  return { version, same: true };
}

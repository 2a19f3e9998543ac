/**
 * The configuration that the machines run with: keepalived's own words in camel case, defaults filled in, and what
 * keepalived itself clears (nopreempt with `state MASTER`, ...) already cleared. Plain data; a topology stores it.
 *
 * Sources of the defaults: keepalived 2.2.7 vrrp.h, vrrp_data.c, global_data.c. Units: microseconds where the name ends in Us.
 */
import { z } from '../zod.ts';
import { DEFAULT_PRIORITY } from './priority.ts';
import { expressionSchema } from './probe.ts';
import { DEFAULT_ADVERT_INT_US, DEFAULT_DOWN_TIMER_ADVERTS, SECOND_US } from './timers.ts';
import { DEFAULT_VERSION } from './version.ts';

const whole = z.int().min(0);
const ipv4 = z.ipv4();
const weight = z.int().min(-253).max(253);

export const garpSchema = z
  .strictObject({
    /** garp_master_repeat: packets an address on becoming MASTER, and once more after the delay. */
    masterRepeat: whole,
    /** garp_master_delay: 0 for no second burst. */
    masterDelayUs: whole,
    /** garp_master_refresh: 0 for never. */
    masterRefreshUs: whole,
    masterRefreshRepeat: whole,
    /** On hearing a lower-priority advert. */
    lowerPrioRepeat: whole,
    lowerPrioDelayUs: whole,
  })
  .readonly();

/** VRRP_GARP_REP 5, VRRP_GARP_DELAY 5 s, refresh off with 1 packet (vrrp.h:167-170); the lower-prio pair inherits. */
export const DEFAULT_GARP: z.infer<typeof garpSchema> = {
  masterRepeat: 5,
  masterDelayUs: 5 * SECOND_US,
  masterRefreshUs: 0,
  masterRefreshRepeat: 1,
  lowerPrioRepeat: 5,
  lowerPrioDelayUs: 5 * SECOND_US,
};

const notifySchema = z
  .strictObject({
    master: z.string(),
    backup: z.string(),
    fault: z.string(),
    stop: z.string(),
    /** `notify`, run after the others. */
    any: z.string(),
  })
  .partial()
  .readonly();

export const instanceSchema = z
  .strictObject({
    name: z.string().min(1),
    state: z.enum(['MASTER', 'BACKUP']),
    interface: z.string(),
    dontTrackPrimary: z.boolean(),
    virtualRouterId: z.int().min(1).max(255),
    priority: z.int().min(1).max(255),
    advertIntUs: z.int().min(10_000),
    vrrpVersion: z.literal([2, 3]),
    authType: z.literal([0, 1, 2]),
    authPass: z.string().max(8),
    /** Advertised and put on the interface. */
    virtualIpAddresses: z.array(ipv4).readonly(),
    /** Put on the interface only. */
    virtualIpAddressesExcluded: z.array(ipv4).readonly(),
    /** Of the above: those whose removal by others is not noticed. */
    noTrackAddresses: z.array(ipv4).readonly(),
    /** mcast_src_ip or unicast_src_ip; the host's address without. */
    sourceAddress: ipv4.optional(),
    /** Empty: multicast. */
    unicastPeers: z.array(ipv4).readonly(),
    checkUnicastSrc: z.boolean(),
    nopreempt: z.boolean(),
    preemptDelayUs: whole,
    downTimerAdverts: z.int().min(1).max(100),
    timerExpiredBackup: z.boolean(),
    lowerPrioNoAdvert: z.boolean(),
    higherPrioSendAdvert: z.boolean(),
    skipCheckAdvAddr: z.boolean(),
    garp: garpSchema,
    trackScripts: z.array(z.strictObject({ script: z.string(), weight, reverse: z.boolean() })).readonly(),
    trackInterfaces: z
      .array(z.strictObject({ interface: z.string(), weight, reverse: z.boolean() }))
      .readonly(),
    notify: notifySchema,
  })
  .readonly();

export const scriptSchema = z
  .strictObject({
    name: z.string().min(1),
    /** As written. */
    command: z.string(),
    /** What it tests in the simulated host. */
    check: expressionSchema,
    intervalUs: z.int().min(1),
    /** 0: the interval. */
    timeoutUs: whole,
    weight,
    reverse: z.boolean(),
    rise: z.int().min(1),
    fall: z.int().min(1),
  })
  .readonly();

export const groupSchema = z
  .strictObject({
    name: z.string().min(1),
    members: z.array(z.string()).readonly(),
    /** sync_group_tracking_weight or global_tracking: without it members ignore weights. */
    trackingWeight: z.boolean(),
    notify: notifySchema,
  })
  .readonly();

export const keepalivedConfigSchema = z
  .strictObject({
    /** keepalived's own version. */
    version: z.string(),
    /** -D: the lines of LOG_DETAIL too. */
    logDetail: z.boolean(),
    logUnknownVrids: z.boolean(),
    /** vrrp_startup_delay. */
    startupDelayUs: whole,
    /** -V, --dont-release-vrrp: the addresses stay when it stops. */
    dontReleaseVrrp: z.boolean(),
    /** -R, --dont-respawn: the parent ends with its child. */
    dontRespawn: z.boolean(),
    /**
     * How late its VRRP timers fire: a property of the host, not of keepalived. On a host whose cores are busy, one in four waits
     * for others that run, up to `worst`.
     */
    wakeUpUs: z.strictObject({ least: whole, most: whole, worst: whole.optional() }).readonly(),
    instances: z.array(instanceSchema).readonly(),
    scripts: z.array(scriptSchema).readonly(),
    groups: z.array(groupSchema).readonly(),
  })
  .readonly();

/**
 * Adverts of the recordings come 0.1 to 0.5 ms (the middle half of 64 intervals, quiet and loaded) later than one second after
 * the last; each interval is armed when the one before has fired. It decides ties: 101/100/99 with two dead proxies (A1f1).
 */
export const DEFAULT_WAKE_UP_US = { least: 100, most: 500 } as const;

export type GarpConfig = z.infer<typeof garpSchema>;
export type NotifyConfig = z.infer<typeof notifySchema>;
export type InstanceConfig = z.infer<typeof instanceSchema>;
export type ScriptConfig = z.infer<typeof scriptSchema>;
export type GroupConfig = z.infer<typeof groupSchema>;
export type KeepalivedConfig = z.infer<typeof keepalivedConfigSchema>;

/** An instance with keepalived's defaults for whatever is not given. */
export function instanceConfig(
  given: Pick<InstanceConfig, 'name' | 'virtualRouterId' | 'virtualIpAddresses'> & Partial<InstanceConfig>,
): InstanceConfig {
  return {
    state: 'BACKUP',
    interface: 'eth0',
    dontTrackPrimary: false,
    priority: DEFAULT_PRIORITY,
    advertIntUs: DEFAULT_ADVERT_INT_US,
    vrrpVersion: 2,
    authType: 0,
    authPass: '',
    virtualIpAddressesExcluded: [],
    noTrackAddresses: [],
    unicastPeers: [],
    checkUnicastSrc: false,
    nopreempt: false,
    preemptDelayUs: 0,
    downTimerAdverts: DEFAULT_DOWN_TIMER_ADVERTS,
    timerExpiredBackup: false,
    lowerPrioNoAdvert: false,
    higherPrioSendAdvert: false,
    skipCheckAdvAddr: false,
    garp: DEFAULT_GARP,
    trackScripts: [],
    trackInterfaces: [],
    notify: {},
    ...given,
  };
}

/** A script with keepalived's defaults: every second, no timeout of its own, weight 0, rise and fall 1 (vrrp_track.h:46-48). */
export function scriptConfig(
  given: Pick<ScriptConfig, 'name' | 'check'> & Partial<ScriptConfig>,
): ScriptConfig {
  return {
    command: '',
    intervalUs: SECOND_US,
    timeoutUs: 0,
    weight: 0,
    reverse: false,
    rise: 1,
    fall: 1,
    ...given,
  };
}

export function keepalivedConfig(
  given: Pick<KeepalivedConfig, 'instances'> & Partial<KeepalivedConfig>,
): KeepalivedConfig {
  return {
    version: DEFAULT_VERSION,
    logDetail: true,
    logUnknownVrids: false,
    startupDelayUs: 0,
    dontReleaseVrrp: false,
    dontRespawn: false,
    wakeUpUs: DEFAULT_WAKE_UP_US,
    scripts: [],
    groups: [],
    ...given,
  };
}

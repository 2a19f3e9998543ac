/**
 * Which of the scripts that an instance names count for it, and which scripts run at all.
 *
 * Source: keepalived 2.2.7 vrrp.c (vrrp_complete_init: an address owner ignores weighted scripts; so does a member of a sync
 * group without sync_group_tracking_weight), vrrp_scheduler.c (vrrp_init_script: a script that nobody uses is not run).
 */
import type { InstanceConfig, KeepalivedConfig, ScriptConfig } from './config.ts';
import { OWNER_PRIORITY } from './priority.ts';

/** The scripts of an instance that count. */
export function activeTrackScripts(
  config: KeepalivedConfig,
  instance: InstanceConfig,
): InstanceConfig['trackScripts'] {
  const known = instance.trackScripts.filter((tracked) =>
    config.scripts.some((script) => script.name === tracked.script),
  );
  const group = config.groups.find((candidate) => candidate.members.includes(instance.name));
  const weighs = instance.priority !== OWNER_PRIORITY && (group === undefined || group.trackingWeight);
  return weighs ? known : known.filter((tracked) => tracked.weight === 0);
}

/** The scripts that run. */
export function activeScripts(config: KeepalivedConfig): readonly ScriptConfig[] {
  const used = new Set(
    config.instances.flatMap((instance) =>
      activeTrackScripts(config, instance).map((tracked) => tracked.script),
    ),
  );
  return config.scripts.filter((script) => used.has(script.name));
}

/** What keepalived says at start of scripts that it does not use. */
export function unusedLines(config: KeepalivedConfig): readonly string[] {
  const ignored = config.instances.flatMap((instance) => {
    const active = new Set(activeTrackScripts(config, instance).map((tracked) => tracked.script));
    const left = instance.trackScripts.filter((tracked) => !active.has(tracked.script));
    const why =
      instance.priority === OWNER_PRIORITY
        ? 'with weights due to address_owner'
        : 'with weights due to SYNC group';
    return left.map((tracked) => `(${instance.name}) ignoring tracked script ${tracked.script} ${why}`);
  });
  const running = new Set(activeScripts(config).map((script) => script.name));
  const unused = config.scripts.filter((script) => !running.has(script.name));
  return [...ignored, ...unused.map((script) => `Warning - script ${script.name} is not used`)];
}

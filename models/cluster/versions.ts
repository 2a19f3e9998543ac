/**
 * Which version's behaviour runs for the version that a deployment has. A version outside what is modelled
 * runs as the nearest modelled one, and the topology's notes say so.
 *
 * Modelled: etcd 3.4, 3.5 and 3.6 (by series; a patch release has the bugs that a later one ended); keepalived as
 * models/keepalived/version.ts says; HAProxy 2.6 and later. Kubernetes 1.12 and later, by minor.
 */
import type { ContainerRuntime } from '../../sim/state.ts';
import { DEFAULT_VERSION as HAPROXY_VERSION } from '../haproxy/config.ts';
import { atLeast } from '../haproxy/version.ts';
import {
  DEFAULT_VERSION as KEEPALIVED_VERSION,
  nearestModelled,
  parseVersion,
} from '../keepalived/version.ts';

export const ETCD_SERIES = ['3.4', '3.5', '3.6'] as const;
export type EtcdSeries = (typeof ETCD_SERIES)[number];

/** What runs where no file and no setting names a version: those of the recordings, and a Kubernetes with etcd 3.5. */
export const DEFAULT_VERSIONS = {
  kubernetes: '1.30',
  keepalived: KEEPALIVED_VERSION,
  haproxy: HAPROXY_VERSION,
} as const;

/** A version as a text of numbers. */
export const VERSION_PATTERN = /^\d{1,3}\.\d{1,3}(\.\d{1,4})?$/;

/** What runs, and whether it is what was asked for. */
export interface RunsAs<Version extends string = string> {
  readonly version: Version;
  readonly same: boolean;
}

/** dockershim went with 1.24. @param minor of Kubernetes */
export function containerRuntimeOf(minor: number): ContainerRuntime {
  return minor < 24 ? 'docker' : 'containerd';
}

/** The etcd series for a version such as `3.2.24`; undefined if the text is no version. */
export function etcdRunsAs(version: string): RunsAs<EtcdSeries> | undefined {
  const numbers = parseVersion(version);
  if (numbers === undefined) return undefined;
  const series = `${numbers[0]}.${numbers[1]}`;
  const known = ETCD_SERIES.find((name) => name === series);
  if (known) return { version: known, same: true };
  const older = numbers[0] < 3 || (numbers[0] === 3 && numbers[1] < 4);
  return { version: older ? '3.4' : '3.6', same: false };
}

/** The patch release that a version such as `3.5.12` names, if it is of a series that is modelled. */
export function etcdPatch(version: unknown): number | undefined {
  const numbers = String(version).replace(/^v/, '').split('.');
  return numbers.length === 3 && etcdRunsAs(String(version))?.same === true ? Number(numbers[2]) : undefined;
}

/** The HAProxy for a version such as `1.8.8`; undefined if the text is no version. */
export function haproxyRunsAs(version: string): RunsAs | undefined {
  if (parseVersion(version) === undefined) return undefined;
  const plain = version.replace(/^v/, '');
  return atLeast(plain, 2, 6) ? { version: plain, same: true } : { version: HAPROXY_VERSION, same: false };
}

/** The keepalived for a version such as `1.2.19`; undefined if the text is no version. */
export function keepalivedRunsAs(version: string): RunsAs | undefined {
  return parseVersion(version) === undefined ? undefined : nearestModelled(version.replace(/^v/, ''));
}

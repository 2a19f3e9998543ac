/**
 * What every subcommand of kubeadm shares: how it prints, where it finds the API, what it reads off its host.
 *
 * Sources: k/k cmd/kubeadm/app/util/error.go (exit code 1, the line about --v=5), cmd/phases/workflow/runner.go (`error
 * execution phase NAME: `).
 */
import type { Action } from '../../../sim/faults.ts';
import type { World } from '../../../sim/world.ts';
import { act, type Call, look, now, type Script, wait } from '../command.ts';
import type { Flags } from '../flags.ts';
import { columns } from '../go-text.ts';
import { hostWallUs } from '../host-clock.ts';
import type { Server } from '../kubectl/client.ts';
import { resolveName } from '../net-words.ts';

/** The static pods that kubeadm writes manifests for, in its order. */
export const CONTROL_PLANE = ['kube-apiserver', 'kube-controller-manager', 'kube-scheduler'] as const;

export interface Kubeadm {
  readonly call: Call;
  readonly flags: Flags;
  /** What follows the subcommand. */
  readonly args: readonly string[];
  /** `1.30.0` */
  readonly version: string;
  readonly minor: number;
  /** When the certificate in this host's admin.conf expires, if it can and kubeadm uses it. */
  readonly notAfterUs?: number;
}

/** Why a phase ended the command. */
export interface Broken {
  readonly error: string;
}
export type Done = Broken | undefined;

export function isBroken(value: unknown): value is Broken {
  return typeof value === 'object' && value !== null && 'error' in value;
}

/** Prints what is wrong; the exit code. `phase` undefined: not in one. */
export function fail({ call }: Pick<Kubeadm, 'call'>, error: string, phase?: string): number {
  const text = phase === undefined ? error : `error execution phase ${phase}: ${error}`;
  call.err(`${text}\nTo see the stack trace of this error execute with --v=5 or higher\n`);
  return 1;
}

export function say({ call }: Pick<Kubeadm, 'call'>, line: string): void {
  call.out(`${line}\n`);
}

/** Of at least 10 columns each with its padding of 3, as kubeadm's commands set their tabwriter. */
export function sayTable({ call }: Pick<Kubeadm, 'call'>, rows: readonly (readonly string[])[]): void {
  call.out(columns(rows, 3, 10));
}

/** Where admin.conf points: the control plane's endpoint. */
export function endpointOf({ call, notAfterUs }: Pick<Kubeadm, 'call' | 'notAfterUs'>): Server {
  const { address, port } = call.place.topology.controlPlaneEndpoint;
  return { address, port, tls: true, ...(notAfterUs === undefined ? {} : { notAfterUs }) };
}

/** As it is written down: by its name, if it has one. */
export function endpointText({ call }: Pick<Kubeadm, 'call'>): string {
  const { name, address, port } = call.place.topology.controlPlaneEndpoint;
  return `${name ?? address}:${port}`;
}

/** The address that a name means on this host; what nobody is called is left as it is. */
export function addressOf({ call }: Pick<Kubeadm, 'call'>, name: string): string {
  return resolveName(call.place, name) ?? name;
}

export function* wallUs(): Script<number> {
  return yield* look(hostWallUs);
}

/** A process of this host, as kubeadm sees it by its manifest or its unit. */
export interface Piece {
  readonly name: string;
  /** Its manifest is in place, or its unit is wanted. */
  readonly wanted: boolean;
  readonly running: boolean;
  /** It has something on its disk. */
  readonly hasData: boolean;
}

function pieces(world: World, host: string): Piece[] {
  const record = world.host(host);
  return record.processes.flatMap((index) => {
    const process = world.processes[index];
    if (process === undefined) return [];
    const { name } = process.spec;
    const hasData = [...record.disk.values.keys()].some((key) => key.startsWith(`${name}/`));
    return [{ name, wanted: process.wanted, running: process.state === 'running', hasData }];
  });
}

/** What of a node this host has, by the processes' names. */
export function* piecesHere(): Script<ReadonlyMap<string, Piece>> {
  const found = yield* look(({ world, host }) => pieces(world, host));
  return new Map(found.map((piece) => [piece.name, piece]));
}

/** Puts manifests in place, or starts a unit for good: now, and from each boot on. */
export function* install({ call }: Pick<Kubeadm, 'call'>, names: readonly string[]): Script<void> {
  const { host } = call.place;
  const actions = names.flatMap((name): Action[] => [
    { do: 'enable', process: `${host}/${name}`, on: true },
    { do: 'start', process: `${host}/${name}` },
  ]);
  yield* act(actions);
}

/** Pauses between tries, and how long there may be tries at all. */
export interface Patience {
  readonly pausesUs: readonly number[];
  readonly limitUs?: number;
}

/** Every so often for so long. */
export function every(pauseUs: number, limitUs: number): Patience {
  return { pausesUs: Array.from({ length: Math.ceil(limitUs / pauseUs) }, () => pauseUs), limitUs };
}

/** Tries until there is something; the last failure if there never is. */
export function* retried<T>(
  { pausesUs, limitUs }: Patience,
  attempt: () => Script<T | Broken>,
): Script<T | Broken> {
  const sinceUs = limitUs === undefined ? 0 : yield* now();
  let last = yield* attempt();
  for (const pauseUs of pausesUs) {
    if (!isBroken(last)) return last;
    if (limitUs !== undefined && (yield* now()) - sinceUs + pauseUs > limitUs) return last;
    yield* wait(pauseUs);
    last = yield* attempt();
  }
  return last;
}

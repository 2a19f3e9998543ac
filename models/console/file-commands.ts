/**
 * rm, mv, cp, scp, mkdir, ls: as far as operators of a control plane need them: snapshots, etcd's data directories, and the
 * manifests of static pods, which the kubelet starts and stops as they come and go.
 *
 * Sources: rm(1), mv(1), cp(1), scp(1) for the words of complaints; kubeadm's /etc/kubernetes/manifests.
 * Not modelled: modes and owners, directories other than etcd's, times.
 */
import type { Action } from '../../sim/faults.ts';
import type { World } from '../../sim/world.ts';
import { act, type Call, look, type Place, type Script } from './command.ts';
import { type DataDirectory, ETCD, etcdDisk, isDataDirectory, liveDataDir } from './data-directory.ts';
import { atHome, type FileValue, listFiles, replaceFiles, systemTexts } from './files.ts';
import { MANIFESTS } from './system-files.ts';

type Files = Readonly<Record<string, FileValue>>;

const operands = (call: Call): string[] => call.args.filter((arg) => !/^-[a-zA-Z]/.test(arg) && arg !== '--');
const baseOf = (path: string): string => path.slice(path.lastIndexOf('/') + 1);
const trimmed = (path: string): string => path.replace(/\/+$/, '') || '/';

/** Static pods of the host whose manifests are in their place. */
function manifestsOf(world: World, host: string): string[] {
  return world.processes
    .filter((process) => world.hosts[process.host]?.name === host && process.wanted)
    .filter(({ spec }) => spec.supervisor.kind === 'static-pod')
    .map(({ spec }) => `${MANIFESTS}/${spec.name}.yaml`);
}

interface Disk {
  readonly files: Files;
  /** What the host was set up with. */
  readonly system: Readonly<Record<string, string>>;
  readonly manifests: readonly string[];
  readonly live: string;
  /** What the disk of the host's etcd holds. */
  readonly etcd: Readonly<Record<string, unknown>>;
}

function* diskOf(place: Place): Script<Disk> {
  const { host } = place;
  const files = yield* listFiles(host);
  const system = yield* systemTexts(place);
  const manifests = yield* look(({ world }) => manifestsOf(world, host));
  const etcd = yield* look(({ world }) => etcdDisk(world, host));
  return { files, system, manifests, live: liveDataDir(files), etcd };
}

/** What a pattern such as /etc/kubernetes/manifests/*.yaml stands for. */
function expand(given: string, { files, system, live }: Disk): string[] {
  const path = atHome(given);
  if (!path.includes('*')) return [trimmed(path)];
  if (trimmed(path.replace(/\/\*$/, '')) === live) return [live];
  const found = new RegExp(`^${path.replace(/[.+?^${}()|[\]\\]/g, '\\$&').replaceAll('*', '[^/]*')}$`);
  const matching = [...Object.keys(files), ...Object.keys(system)].filter((name) => found.test(name));
  return matching.length === 0 ? [path] : matching;
}

const isLive = (path: string, { live, etcd }: Disk): boolean =>
  (path === live || path === `${live}/member`) && Object.keys(etcd).length > 0;

const processOf = (manifest: string): string => baseOf(manifest).replace(/\.yaml$/, '');

/** A file as it would be somewhere else; undefined: there is none. */
function valueAt(path: string, place: Disk): FileValue | undefined {
  if (place.manifests.includes(path)) return { kind: 'manifest', process: processOf(path) } as FileValue;
  if (isLive(path, place)) return { kind: 'etcd-data', values: place.etcd } as FileValue;
  return place.files[path] ?? place.system[path];
}

/** What has to happen so that the path is no more. */
function removal(path: string, host: string, place: Disk): Action[] {
  if (place.manifests.includes(path)) return [{ do: 'stop', process: `${host}/${processOf(path)}` }];
  if (isLive(path, place)) return [{ do: 'disk-lost', host, process: ETCD }];
  return [];
}

function without(files: Files, path: string): Record<string, FileValue> {
  return Object.fromEntries(
    Object.entries(files).filter(([name]) => name !== path && !name.startsWith(`${path}/`)),
  );
}

export function* rm(call: Call): Script {
  const { host } = call.place;
  const force = call.args.some((arg) => /^-\w*f/.test(arg));
  let code = 0;
  for (const given of operands(call)) {
    const place = yield* diskOf(call.place);
    for (const path of expand(given, place)) {
      const left = without(place.files, path);
      const isThere =
        valueAt(path, place) !== undefined || Object.keys(left).length < Object.keys(place.files).length;
      if (!isThere && !force) {
        call.err(`rm: cannot remove '${path}': No such file or directory\n`);
        code = 1;
      }
      yield* act(removal(path, host, place));
      if (isThere) yield* replaceFiles(host, left);
    }
  }
  return code;
}

/** Where a source ends up: below the target if that is a directory. */
function targetOf(source: string, target: string, isDirectory: boolean): string {
  return isDirectory ? `${trimmed(target)}/${baseOf(source)}` : trimmed(target);
}

function* put(at: Place, path: string, value: FileValue): Script<void> {
  const { host } = at;
  const place = yield* diskOf(at);
  const manifest = value as unknown as { readonly kind: string; readonly process: string };
  if (path.startsWith(`${MANIFESTS}/`) && manifest.kind === 'manifest') {
    yield* act([{ do: 'start', process: `${host}/${manifest.process}` }]);
  } else if (path === place.live && isDataDirectory(value)) {
    const { values } = value as DataDirectory;
    yield* act([{ do: 'disk-put', host, process: ETCD, values }]);
  } else yield* replaceFiles(host, { ...place.files, [path]: value });
}

/** mv and cp. */
export function* mvOrCp(call: Call): Script {
  const { host } = call.place;
  const moves = call.name.endsWith('mv');
  const paths = operands(call);
  const last = paths.pop();
  const target = last === undefined ? undefined : atHome(last);
  if (target === undefined || paths.length === 0) {
    call.err(
      `${call.name}: missing ${target === undefined ? 'file operand' : `destination file operand after '${target}'`}\n`,
    );
    return 1;
  }
  let code = 0;
  for (const given of paths) {
    const place = yield* diskOf(call.place);
    const sources = expand(given, place);
    for (const source of sources) {
      const value = valueAt(source, place);
      if (value === undefined) {
        call.err(`${call.name}: cannot stat '${source}': No such file or directory\n`);
        code = 1;
        continue;
      }
      const isManifest = typeof value !== 'string' && value.kind === 'manifest';
      const isDirectory =
        target.endsWith('/') ||
        sources.length > 1 ||
        paths.length > 1 ||
        trimmed(target) === MANIFESTS ||
        (isManifest && !target.endsWith('.yaml'));
      const path = targetOf(source, target, isDirectory);
      if (isLive(path, place) && isDataDirectory(value)) {
        call.err(`${call.name}: cannot overwrite '${path}': Directory not empty\n`);
        code = 1;
        continue;
      }
      if (moves) {
        yield* act(removal(source, host, place));
        if (place.files[source] !== undefined) yield* replaceFiles(host, without(place.files, source));
      }
      yield* put(call.place, path, value);
    }
  }
  return code;
}

/** `HOST:PATH` or a path of this host. */
function readRemote(text: string, here: string): { readonly host: string; readonly path: string } {
  const [, host, path] = /^(?:\w+@)?([\w.-]+):(.*)$/.exec(text) ?? [];
  return host === undefined || path === undefined ? { host: here, path: text } : { host, path };
}

export function* scp(call: Call): Script {
  const here = call.place.host;
  const [from, to, ...more] = operands(call).map((text) => readRemote(text, here));
  if (from === undefined || to === undefined || more.length > 0) {
    call.err('usage: scp [options] source target\n');
    return 1;
  }
  for (const { host } of [from, to]) {
    const state = yield* look(({ world }) => world.hosts.find(({ name }) => name === host)?.up);
    if (state === true) continue;
    const why =
      state === undefined
        ? `Could not resolve hostname ${host}: Name or service not known`
        : `connect to host ${host} port 22: No route to host`;
    call.err(`ssh: ${why}\nscp: Connection closed\n`);
    return 255;
  }
  const value = valueAt(trimmed(atHome(from.path)), yield* diskOf({ ...call.place, host: from.host }));
  if (value === undefined) {
    call.err(`scp: ${from.path}: No such file or directory\n`);
    return 1;
  }
  yield* put(
    { ...call.place, host: to.host },
    targetOf(from.path, to.path === '' ? '.' : to.path, to.path.endsWith('/') || to.path === ''),
    value,
  );
  return 0;
}

export function* ls(call: Call): Script {
  const place = yield* diskOf(call.place);
  const all = [
    ...Object.keys(place.files),
    ...Object.keys(place.system),
    ...(Object.keys(place.etcd).length > 0 ? [`${place.live}/member`] : []),
  ];
  let code = 0;
  for (const given of operands(call).length === 0 ? ['.'] : operands(call)) {
    const path = trimmed(given);
    const below = path === '/' ? path : `${path}/`;
    const names = all.includes(path)
      ? [path]
      : all
          .filter((name) => name.startsWith(below))
          .map((name) => name.slice(below.length).replace(/\/.*/, ''));
    const isKnown =
      names.length > 0 || path === '.' || path === '/' || path === place.live || path === MANIFESTS;
    if (!isKnown) {
      call.err(`ls: cannot access '${given}': No such file or directory\n`);
      code = 2;
    }
    for (const name of [...new Set(names)].sort()) call.out(`${name}\n`);
  }
  return code;
}

// biome-ignore lint/correctness/useYield: every command is a script; directories are there as soon as files are in them.
export function* mkdir(call: Call): Script {
  if (operands(call).length > 0) return 0;
  call.err('mkdir: missing operand\n');
  return 1;
}

/**
 * ss and netstat: who listens on which port, and how many connections wait in each backlog.
 *
 * Sources: ss(8) of iproute2 (of a listening socket Recv-Q is the backlog's length and Send-Q its limit), netstat(8) of
 * net-tools (0 for the limit). Programs in Go listen on both IPv4 and IPv6. Not modelled: sockets that do not listen, UDP, Unix
 * sockets, the numbers of file descriptors (a made-up 7).
 */
import { type Call, look, type Script } from './command.ts';
import { columns } from './go-text.ts';
import { pidOf } from './units.ts';

interface Listening {
  readonly port: number;
  /** Undefined: every address of the host. */
  readonly address: string | undefined;
  readonly waiting: number;
  readonly backlog: number;
  readonly name: string;
  readonly pid: number;
}

const IN_GO = /^(kube|etcd|cloud)/;

function* listening(): Script<Listening[]> {
  return yield* look(({ world, host }) =>
    world
      .host(host)
      .listeners.map(({ port, address, queue, backlog, process: index }): Listening => {
        const process = world.processes[index]!;
        return {
          port,
          address,
          waiting: queue.length,
          backlog,
          name: process.spec.name,
          pid: pidOf(process),
        };
      })
      .sort((a, b) => a.port - b.port || a.pid - b.pid),
  );
}

/** Letters of the options; `l` is needed, as only what listens is known. */
function options(call: Call): string | undefined {
  const long: Readonly<Record<string, string>> = {
    '--listening': 'l',
    '--tcp': 't',
    '--numeric': 'n',
    '--processes': 'p',
    '--program': 'p',
  };
  const letters = call.args.map((arg) => long[arg] ?? arg.replace(/^-/, '')).join('');
  if (letters.includes('l')) return letters;
  call.err(`${call.name}: this console knows the sockets that listen: ${call.name} -ltnp\n`);
  return undefined;
}

export function* ss(call: Call): Script {
  const letters = options(call);
  if (letters === undefined) return 1;
  const withProcess = letters.includes('p');
  const rows = (yield* listening()).map(({ port, address, waiting, backlog, name, pid }) => {
    const own = address ?? (IN_GO.test(name) ? '*' : '0.0.0.0');
    return [
      ...['LISTEN', String(waiting), String(backlog), `${own}:${port}`, `${own === '*' ? '*' : '0.0.0.0'}:*`],
      ...(withProcess ? [`users:(("${name}",pid=${pid},fd=7))`] : []),
    ];
  });
  const header = ['State', 'Recv-Q', 'Send-Q', 'Local Address:Port', 'Peer Address:Port'];
  const table = [withProcess ? [...header, 'Process'] : header, ...rows];
  call.out(columns(table, 2));
  return 0;
}

export function* netstat(call: Call): Script {
  const letters = options(call);
  if (letters === undefined) return 1;
  const withProcess = letters.includes('p');
  call.out('Active Internet connections (only servers)\n');
  const program = withProcess ? '       PID/Program name' : '';
  call.out(`Proto Recv-Q Send-Q Local Address           Foreign Address         State${program}\n`);
  for (const { port, address, waiting, name, pid } of yield* listening()) {
    const both = address === undefined && IN_GO.test(name);
    const own = `${both ? '::' : (address ?? '0.0.0.0')}:${port}`;
    const cells = [
      `${both ? 'tcp6' : 'tcp'} `.padEnd(5) + String(waiting).padStart(7),
      '0'.padStart(6),
      own.padEnd(23),
      `${both ? ':::*' : '0.0.0.0:*'}`.padEnd(23),
      withProcess ? `LISTEN      ${pid}/${name}` : 'LISTEN',
    ];
    call.out(`${cells.join(' ')}\n`);
  }
  return 0;
}

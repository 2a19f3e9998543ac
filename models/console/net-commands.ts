/**
 * ip, arp, ping, nc.
 *
 * Sources: ip-address(8), arp(8), ping(8) of iputils, nc(1) of OpenBSD (exit code 1 unless connected). What ping says comes from a
 * TCP segment to a port that nobody listens on: it is answered, or is lost, or finds no route, as an echo request would.
 * Unit: microseconds. Not modelled: routes, IPv6, counters, UDP.
 */
import { type Call, fetchOne, look, type Script, wait } from './command.ts';
import { hardwareAddress, interfaceOf, nameOfAddress, resolveName, withPrefix } from './net-words.ts';

/** net.ipv4.tcp_syn_retries 6: after 1, 3, 7, 15, 31, 63 s; given up 64 s later. */
const CONNECT_TIMEOUT_US = 127_000_000;
/** discard(9): nobody listens. */
const CLOSED_PORT = 9;
const PINGS = 3;
const PING_WAIT_US = 1_000_000;
const NO_SUCH_HOST = 2;

interface Card {
  readonly addresses: readonly string[];
  readonly up: boolean;
  readonly mac: string;
}

function* cardOf(): Script<Card> {
  return yield* look(({ world, host }) => {
    const record = world.host(host);
    return { addresses: record.addresses, up: record.carrier, mac: hardwareAddress(record.index) };
  });
}

function addressText(call: Call, { addresses, up, mac }: Card): string {
  const name = interfaceOf(call.place);
  const flags = up ? 'BROADCAST,MULTICAST,UP,LOWER_UP' : 'NO-CARRIER,BROADCAST,MULTICAST,UP';
  const [own = '', ...others] = addresses;
  const brd = `${own.split('.').slice(0, 3).join('.')}.255`;
  const lines = [
    '1: lo: <LOOPBACK,UP,LOWER_UP> mtu 65536 qdisc noqueue state UNKNOWN group default qlen 1000',
    '    link/loopback 00:00:00:00:00:00 brd 00:00:00:00:00:00',
    '    inet 127.0.0.1/8 scope host lo',
    '       valid_lft forever preferred_lft forever',
    `2: ${name}: <${flags}> mtu 1500 qdisc fq_codel state ${up ? 'UP' : 'DOWN'} group default qlen 1000`,
    `    link/ether ${mac} brd ff:ff:ff:ff:ff:ff`,
    `    inet ${own}/24 brd ${brd} scope global ${name}`,
    '       valid_lft forever preferred_lft forever',
    ...others.flatMap((address) => {
      const shown = withPrefix(call.place, address);
      const secondary = shown.endsWith('/32') ? '' : ' secondary';
      return [
        `    inet ${shown} scope global${secondary} ${name}`,
        '       valid_lft forever preferred_lft forever',
      ];
    }),
  ];
  return `${lines.join('\n')}\n`;
}

export function* ip(call: Call): Script {
  const words = call.args.filter((arg) => !arg.startsWith('-'));
  const [object = '', verb = 'show', ...rest] = words;
  const brief = call.args.includes('-br') || call.args.includes('-brief');
  const card = yield* cardOf();
  const name = interfaceOf(call.place);
  if (/^a(d(d(r(e(s(s)?)?)?)?)?)?$/.test(object)) {
    if (/^(add|del)$/.test(verb)) {
      const [address = ''] = (rest[0] ?? '').split('/');
      call.err(`ip: this console cannot ${verb} ${address}: keepalived does\n`);
      return 1;
    }
    if (brief) {
      const shown = card.addresses.map((one, i) => (i === 0 ? `${one}/24` : withPrefix(call.place, one)));
      call.out(
        `lo               UNKNOWN        127.0.0.1/8 \n${name.padEnd(17)}${(card.up ? 'UP' : 'DOWN').padEnd(15)}${shown.join(' ')} \n`,
      );
      return 0;
    }
    const text = addressText(call, card);
    const device = [verb, ...rest].filter((word) => !/^(s(h(o(w)?)?)?|list|dev)$/.test(word))[0];
    if (device === undefined) call.out(text);
    else if (device === name) call.out(text.slice(text.indexOf('2: ')));
    else if (device === 'lo') call.out(text.slice(0, text.indexOf('2: ')));
    else {
      call.err(`Device "${device}" does not exist.\n`);
      return 1;
    }
    return 0;
  }
  if (/^l(i(n(k)?)?)?$/.test(object)) {
    call.out(
      addressText(call, card)
        .split('\n')
        .filter((line) => !/inet|valid_lft/.test(line))
        .join('\n'),
    );
    return 0;
  }
  if (/^n(e(i(g(h)?)?)?)?$/.test(object)) {
    for (const { address, mac } of yield* neighbours())
      call.out(`${address} dev ${name} lladdr ${mac} REACHABLE\n`);
    return 0;
  }
  call.err(
    `Object "${object}" is unknown, try "ip help".\n(this console has ip address, ip link, ip neigh)\n`,
  );
  return 1;
}

interface Neighbour {
  readonly address: string;
  readonly mac: string;
}

/** What the host has in its cache: of moving addresses, whose answer it believes. */
function* neighbours(): Script<readonly Neighbour[]> {
  return yield* look(({ world, host }) =>
    [...world.host(host).arp].map(([address, entry]) => ({
      address,
      mac: hardwareAddress(entry.host),
    })),
  );
}

export function* arp(call: Call): Script {
  const name = interfaceOf(call.place);
  for (const { address, mac } of yield* neighbours())
    call.out(`${nameOfAddress(call.place, address) ?? '?'} (${address}) at ${mac} [ether] on ${name}\n`);
  return 0;
}

function milliseconds(us: number): string {
  const ms = us / 1000;
  return ms < 1 ? ms.toFixed(3) : ms < 10 ? ms.toFixed(2) : ms.toFixed(1);
}

export function* ping(call: Call): Script {
  let count = PINGS;
  let waitUs = PING_WAIT_US;
  let target: string | undefined;
  for (let i = 0; i < call.args.length; i++) {
    const arg = call.args[i] as string;
    if (arg === '-c') count = Math.min(60, Math.max(1, Number(call.args[++i] ?? PINGS)));
    else if (arg === '-W') waitUs = Math.max(1, Number(call.args[++i] ?? 1)) * 1_000_000;
    else if (!arg.startsWith('-')) target = arg;
  }
  if (target === undefined) {
    call.err('ping: usage error: Destination address required\n');
    return 1;
  }
  const to = resolveName(call.place, target);
  if (to === undefined) {
    call.err(`ping: ${target}: Name or service not known\n`);
    return NO_SUCH_HOST;
  }
  call.out(`PING ${target} (${to}) 56(84) bytes of data.\n`);
  const own = call.place.topology.hosts.find(({ name }) => name === call.place.host)?.address ?? '';
  const times: number[] = [];
  let errors = 0;
  let spentUs = 0;
  for (let i = 1; i <= count; i++) {
    const { outcome, tookUs } = yield* fetchOne({
      to,
      port: CLOSED_PORT,
      tls: false,
      method: '',
      path: '',
      timeoutUs: 4 * waitUs,
      dialTimeoutUs: 4 * waitUs,
      connectOnly: true,
    });
    if (outcome === 'refused' || outcome === 'connected') {
      times.push(tookUs);
      call.out(`64 bytes from ${to}: icmp_seq=${i} ttl=64 time=${milliseconds(tookUs)} ms\n`);
    } else if (outcome === 'no-route') {
      errors++;
      call.out(`From ${own} icmp_seq=${i} Destination Host Unreachable\n`);
    }
    spentUs += Math.max(tookUs, i < count ? 1_000_000 : 0);
    if (i < count && tookUs < 1_000_000) yield* wait(1_000_000 - tookUs);
  }
  const lost = Math.round(((count - times.length) / count) * 100);
  const errorText = errors === 0 ? '' : `+${errors} errors, `;
  call.out(
    `\n--- ${target} ping statistics ---\n${count} packets transmitted, ${times.length} received, ${errorText}${lost}% packet loss, time ${Math.round(spentUs / 1000)}ms\n`,
  );
  if (times.length > 0) {
    const average = times.reduce((sum, one) => sum + one, 0) / times.length;
    const deviation = Math.sqrt(times.reduce((sum, one) => sum + (one - average) ** 2, 0) / times.length);
    const three = [Math.min(...times), average, Math.max(...times), deviation].map((us) =>
      (us / 1000).toFixed(3),
    );
    call.out(`rtt min/avg/max/mdev = ${three.join('/')} ms\n`);
  }
  return times.length > 0 ? 0 : 1;
}

export function* nc(call: Call): Script {
  let waitUs: number | undefined;
  const words: string[] = [];
  let verbose = false;
  for (let i = 0; i < call.args.length; i++) {
    const arg = call.args[i] as string;
    if (arg === '-w') waitUs = Number(call.args[++i] ?? 1) * 1_000_000;
    else if (arg.startsWith('-')) verbose ||= arg.includes('v');
    else words.push(arg);
  }
  const [target, port = ''] = words;
  if (target === undefined || !/^\d{1,5}$/.test(port)) {
    call.err('usage: nc [-vz] [-w timeout] [destination] [port]\n');
    return 1;
  }
  const to = resolveName(call.place, target);
  if (to === undefined) {
    if (verbose) call.err(`nc: getaddrinfo for host "${target}" port ${port}: Name or service not known\n`);
    return 1;
  }
  const timeoutUs = waitUs ?? CONNECT_TIMEOUT_US;
  const request = {
    to,
    port: Number(port),
    tls: false,
    method: '',
    path: '',
    timeoutUs,
    connectOnly: true,
  } as const;
  const { outcome } = yield* fetchOne(request);
  if (outcome === 'connected') {
    if (verbose) call.err(`Connection to ${target} ${port} port [tcp/*] succeeded!\n`);
    return 0;
  }
  const why = {
    refused: 'failed: Connection refused',
    'no-route': 'failed: No route to host',
    timeout: waitUs === undefined ? 'failed: Connection timed out' : 'timed out: Operation now in progress',
  }[outcome as 'refused' | 'no-route' | 'timeout'];
  if (verbose) call.err(`nc: connect to ${target} port ${port} (tcp) ${why ?? `failed: ${outcome}`}\n`);
  return 1;
}

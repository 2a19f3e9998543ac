/** The schema of the trace's lines, as data: for docs/reference/trace.md, and for the test that holds real traces to it. */

export interface TraceField {
  readonly key: string;
  readonly type: string;
  readonly about: string;
  readonly always: boolean;
}

export const TRACE_FIELDS: readonly TraceField[] = [
  {
    key: 'id',
    type: 'integer',
    about: 'Number of the step, from the start of the world on (so the first line has a large one)',
    always: true,
  },
  {
    key: 'cause',
    type: 'integer',
    about: 'Id of the step that brought this one about; 0 for the outside world',
    always: true,
  },
  { key: 'at_us', type: 'integer', about: "Microseconds since the scenario's zero", always: true },
  { key: 'kind', type: 'text', about: 'How the step came about; see below', always: true },
  {
    key: 'who',
    type: 'text',
    about: 'HOST, HOST/PROCESS or HOST/PROCESS/MEMBER; empty for the network',
    always: true,
  },
  {
    key: 'event',
    type: 'map',
    about: "What the machine was told: `type`, `atUs` (its host's clock), and what belongs to the type",
    always: false,
  },
  {
    key: 'state',
    type: 'text',
    about:
      "Path of the machine's state, or `BEFORE>AFTER` when it changed; nothing before the `>` at the start",
    always: false,
  },
  {
    key: 'effects',
    type: 'list',
    about: 'What the machine asked for, in order; values that it wrote to disk are shown as `…`',
    always: false,
  },
  { key: 'detail', type: 'any', about: 'What was reported, or the action of a fault', always: false },
];

export const TRACE_KINDS: readonly {
  readonly kind: string;
  readonly by: 'machine' | 'kernel';
  readonly about: string;
}[] = [
  { kind: 'start', by: 'machine', about: 'A machine begins' },
  { kind: 'timer', by: 'machine', about: 'A delay of the machine is over' },
  { kind: 'tell', by: 'machine', about: 'Another machine of the family, or the host, tells it something' },
  { kind: 'stream', by: 'machine', about: 'A message arrives on a connection' },
  { kind: 'syn', by: 'machine', about: 'A connection arrives at a port that the machine listens to' },
  { kind: 'syn-ack', by: 'machine', about: 'A connection that the machine opened is there' },
  {
    kind: 'refused',
    by: 'machine',
    about: 'A connection could not be opened: refused, no route, or timed out',
  },
  { kind: 'closed', by: 'machine', about: 'A connection has ended: eof, reset, or given up' },
  { kind: 'datagram', by: 'machine', about: 'A datagram arrives' },
  { kind: 'written', by: 'machine', about: 'The disk answers' },
  { kind: 'fault', by: 'kernel', about: 'The outside world does something' },
  { kind: 'operator', by: 'kernel', about: 'Somebody types a command, or it has ended' },
  { kind: 'host-up', by: 'kernel', about: 'A host has booted' },
  { kind: 'host-down', by: 'kernel', about: 'A host is off' },
  { kind: 'process-start', by: 'kernel', about: 'A process begins' },
  { kind: 'process-exit', by: 'kernel', about: 'A process has ended' },
  { kind: 'start-limit', by: 'kernel', about: 'A supervisor gives up' },
  { kind: 'address', by: 'kernel', about: 'An address came to or left an interface' },
  { kind: 'arp', by: 'kernel', about: 'A gratuitous ARP changed a cache' },
  { kind: 'drop', by: 'kernel', about: 'A packet was lost, and why' },
  { kind: 'unheard', by: 'kernel', about: 'An action for a member that is not there' },
];

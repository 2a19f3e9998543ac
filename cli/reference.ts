/**
 * The pages of docs/reference, made from the code that they describe: the commands, the palette of faults, the map of
 * observations, the trace. A test holds the files to this; `npm run docs` writes them.
 */
import type { Command } from 'commander';
import { PARAMETERS, type ValueKind } from '../models/cluster/parameter-table.ts';
import { z } from '../models/zod.ts';
import { LINT_RULES, scenarioOfRule } from '../properties/lints/rules.ts';
import { Observations } from '../scenarios/observations.ts';
import { faultRows } from './faults.ts';
import { makeProgram } from './program.ts';
import { TRACE_FIELDS, TRACE_KINDS } from './trace-reference.ts';

const MADE = '<!-- Made from the code by `npm run docs`; changes by hand are lost. -->';

/** File name to text. */
export function referencePages(): Map<string, string> {
  return new Map([
    ['cli.md', commandsPage()],
    ['faults.md', faultsPage()],
    ['lints.md', lintsPage()],
    ['observations.md', observationsPage()],
    ['parameters.md', parametersPage()],
    ['trace.md', tracePage()],
  ]);
}

const page = (parts: readonly string[]): string => `${parts.join('\n\n')}\n`;

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|').replaceAll('\n', ' ')).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

const code = (text: string): string => `\`${text}\``;

function commandsPage(): string {
  const program = makeProgram(() => {});
  return page([
    MADE,
    '# Commands',
    'Standard output holds the result only; progress, notes and complaints go to standard error. Colour is used on a terminal only, and not with `NO_COLOR` set.',
    table(
      ['exit code', 'meaning'],
      [
        ['0', 'done; all expectations hold'],
        ['1', 'an expectation does not hold'],
        [
          '2',
          'bad usage or input: one paragraph on standard error, with file, line and column where there is one',
        ],
        ['130', 'ended by Ctrl-C'],
      ],
    ),
    ...program.commands.map(commandText),
  ]);
}

function commandText(command: Command): string {
  const args = command.registeredArguments.map(({ name, variadic }) => {
    const shown = typeof name === 'function' ? name.call(command) : String(name);
    return `<${shown}${variadic ? '...' : ''}>`;
  });
  const rows = command.registeredArguments.map((argument) => [
    code(argument.name()),
    argument.argChoices === undefined ? argument.description : argument.argChoices.join(' or '),
    '',
  ]);
  const flags = command.options.map(({ flags: written, description, defaultValue }) => {
    const silent = defaultValue === undefined || defaultValue === true || String(defaultValue) === '';
    return [code(written), description, silent ? '' : code(String(defaultValue))];
  });
  return [
    `## quorate ${[command.name(), ...args].join(' ')}`,
    `${command.description()}.`,
    table(['', '', 'default'], [...rows, ...flags]),
  ].join('\n\n');
}

function lintsPage(): string {
  const rows = LINT_RULES.map((rule) => {
    const scenario = scenarioOfRule(rule);
    return [
      code(rule.name),
      rule.severity,
      rule.about,
      rule.cure,
      scenario === null ? 'not simulated' : code(scenario),
    ];
  });
  return page([
    MADE,
    '# Design lints',
    'What `quorate lint FILES...` finds in the files of one deployment. `error`: it does not do what it is there for; `warning`: it does so slower, or not in every failure. `quorate run SCENARIO` shows what a rule is about: it fails as it stands, and passes with the cure that its first lines name.',
    table(['rule', 'severity', 'what is wrong', 'cure', 'scenario'], rows),
  ]);
}

const AIMS = {
  host: '`on`: a host, a zone or a role',
  process: '`on`: HOST/PROCESS or ROLE/PROCESS',
  network: '`links: [A, B]` with `direction`, or `on`: hosts, zones, `A->B`, a role',
  none: 'nothing to aim at',
} as const;

function faultsPage(): string {
  const rows = faultRows().map(({ name, about, aim, for: lasts, parameters }) => [
    code(name),
    about,
    AIMS[aim],
    [
      ...parameters.map(
        ({ key, about: what, required }) =>
          `${code(key)}${required ? '' : ' (optional)'}${what === '' ? '' : `: ${what}`}`,
      ),
      ...(lasts ? ['`for` (optional): it is undone after this long'] : []),
    ].join('; '),
  ]);
  return page([
    MADE,
    '# Faults',
    'What `do` of a timeline entry may say. When it happens is said by `at: 10s`, by `between: [20s, 22s]` (drawn from the seed) or by `when: CONDITION` (the first moment at which it holds, with `within`), each with an optional `after: 2s`. Roles are `vip-holder`, `etcd-leader`, `etcd-follower`, `lease:NAME` and `backup:N`, resolved at that moment.',
    table(['do', 'what happens', 'aim', 'parameters'], rows),
  ]);
}

function parametersPage(): string {
  const kindText = (kind: ValueKind): string =>
    typeof kind === 'object' ? kind.words.map(code).join(', ') : kind;
  return page([
    MADE,
    '# Parameters',
    "What `--set PATH=VALUE` and `parameters` of a scenario may set: `COMPONENT.KEY` for every host, `COMPONENT.HOST.KEY` for one. Keys are those of the daemon's own file or flag. `time` is a text with a unit, as `10s`; `milliseconds` and `seconds` are bare numbers where the daemon has them so.",
    table(
      ['parameter', 'value', 'about'],
      PARAMETERS.map(({ component, key, kind, about }) => [
        code(`${component}.${key}`),
        kindText(kind),
        about,
      ]),
    ),
  ]);
}

interface JsonSchema {
  readonly type?: string;
  readonly description?: string;
  readonly enum?: readonly string[];
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly additionalProperties?: JsonSchema;
  readonly propertyNames?: JsonSchema;
  readonly items?: JsonSchema;
}

function observationsPage(): string {
  return page([
    MADE,
    '# Observations',
    "What conditions, expectations and measures may look at, as a CEL expression: `vip.holders == ['m2']`, `size(vip.holders) <= 1`, `etcd.members['m1'].role == 'leader'`. They are looked at after each step that changed one. Times are milliseconds; an empty text means nobody.",
    table(['path', 'type', 'meaning'], rowsOf(z.toJSONSchema(Observations) as JsonSchema, '')),
  ]);
}

function rowsOf(schema: JsonSchema, path: string): string[][] {
  const about =
    schema.description === undefined || path === '' ? [] : [[code(path), typeOf(schema), schema.description]];
  if (schema.properties !== undefined) {
    const rows = Object.entries(schema.properties).flatMap(([key, value]) =>
      rowsOf(value, path === '' ? key : `${path}.${key}`),
    );
    return [...about, ...rows];
  }
  if (schema.additionalProperties !== undefined) {
    const rows = rowsOf(
      schema.additionalProperties,
      `${path}[${schema.propertyNames?.description ?? 'NAME'}]`,
    );
    return [...about, ...rows];
  }
  return [[code(path), typeOf(schema), schema.description ?? '']];
}

function typeOf({ type, enum: words, items, additionalProperties }: JsonSchema): string {
  if (words !== undefined) return words.map((word) => code(word)).join(', ');
  if (items !== undefined) return `list of ${typeOf(items)}`;
  if (additionalProperties !== undefined) return 'map';
  return type === 'object' ? 'map' : (type ?? '');
}

function tracePage(): string {
  return page([
    MADE,
    '# The trace',
    "`quorate run SCENARIO --trace FILE` writes one line of JSON a step, in the order in which they happened; `--format chrome` writes Chrome's trace event format (open it in Perfetto) and `--format shiviz` a log for ShiViz. The trace hash of `run --json` takes in what these lines print, whether they are printed or not: the same scenario and seed give the same lines, byte for byte, and the same hash.",
    table(
      ['key', 'type', 'meaning'],
      TRACE_FIELDS.map(({ key, type, about }) => [code(key), type, about]),
    ),
    '## Kinds of steps',
    "A step that a machine takes has an `event`, and its `kind` says how the event came. What the kernel reports while it carries out a step has that step's `id`, no event and no state.",
    table(
      ['kind', 'by', 'meaning'],
      TRACE_KINDS.map(({ kind, by, about }) => [code(kind), by, about]),
    ),
  ]);
}

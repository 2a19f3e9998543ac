/**
 * What `-o` asks for, and objects printed so: everything but the tables (print.ts).
 *
 * Sources: kubectl pkg/cmd/get/get.go (printGeneric: one object by its name as it is, everything else as one list, an empty one
 * without a word), customcolumn.go (`<none>`, several values with commas), cli-runtime pkg/printers/jsonpath.go. Not there: go-template,
 * jsonpath-file, custom-columns-file.
 */
import type { KubeObject } from '../../kube-apiserver/api.ts';
import { yamlText } from '../go-text.ts';
import { filledIn, findAll, readTemplate, relaxed } from './jsonpath.ts';
import { TemplateError } from './jsonpath-steps.ts';
import { tableText } from './print.ts';
import { kindName, pluralOf } from './resources.ts';
import { type Json, wireList, wireOf } from './wire.ts';

const FORMATS = ['custom-columns', 'json', 'jsonpath', 'jsonpath-as-json', 'name', 'wide', 'yaml'];

/** The text for these objects. `only`: one was asked for by its name. @throws TemplateError */
export type Printer = (objects: readonly KubeObject[], only: KubeObject | undefined) => string;

type Pieces = ReturnType<typeof readTemplate>;

function whole(objects: readonly KubeObject[], only: KubeObject | undefined): Json {
  return only === undefined ? wireList(objects) : wireOf(only);
}

/** As fmt.Sprint prints what was decoded from JSON. */
function goText(value: Json): string {
  if (value === null) return '<nil>';
  if (typeof value !== 'object') return String(value);
  if (Array.isArray(value)) return `[${value.map(goText).join(' ')}]`;
  const fields = Object.entries(value as Readonly<Record<string, Json>>);
  return `map[${fields.map(([key, field]) => `${key}:${goText(field)}`).join(' ')}]`;
}

/** `NAME:.metadata.name,READY:.status.phase` */
function customColumns(spec: string, headers: boolean): Printer {
  const columns = spec.split(',').map((column) => {
    const parts = column.split(':');
    if (parts.length !== 2)
      throw new TemplateError(
        `unexpected custom-columns spec: ${column}, expected <header>:<json-path-expr>`,
      );
    return { header: parts[0] as string, pieces: relaxed(parts[1] as string) };
  });
  const cell = (found: readonly Json[]): string =>
    found.length === 0 ? '<none>' : found.map(goText).join(',');
  return (objects) => {
    const rows = objects
      .map(wireOf)
      .map((object) => columns.map(({ pieces }) => cell(findAll(pieces, object).flat())));
    return tableText({ header: columns.map(({ header }) => header), rows }, headers);
  };
}

/** `print`: what the template finds in the object. */
function jsonPath(template: string, print: (pieces: Pieces, from: Json) => string): Printer {
  let pieces: Pieces;
  try {
    pieces = readTemplate(template);
  } catch (error) {
    throw new TemplateError(`error parsing jsonpath ${template}, ${(error as Error).message}`);
  }
  return (objects, only) => {
    try {
      return print(pieces, whole(objects, only));
    } catch (error) {
      throw new TemplateError(
        `error executing jsonpath ${JSON.stringify(template)}: Error executing template: ${(error as Error).message}`,
      );
    }
  };
}

const indented = (value: Json): string => `${JSON.stringify(value, null, 4)}\n`;

const PRINTERS: Readonly<Record<string, (argument: string, headers: boolean) => Printer>> = {
  json: () => (objects, only) => indented(whole(objects, only)),
  yaml: () => (objects, only) => yamlText(whole(objects, only)),
  name: () => (objects) =>
    objects.map(({ kind, metadata: { name } }) => `${kindName(pluralOf(kind) ?? kind)}/${name}\n`).join(''),
  'custom-columns': customColumns,
  jsonpath: (template) => jsonPath(template, filledIn),
  'jsonpath-as-json': (template) =>
    jsonPath(template, (pieces, from) => findAll(pieces, from).map(indented).join('')),
};

/** Of -o; undefined for a table. `headers`: no --no-headers. @throws TemplateError */
export function printerOf(output: string | undefined, headers: boolean): Printer | undefined {
  if (output === undefined || output === 'wide') return undefined;
  const [, name = '', argument] = /^([^=]*)(?:=([\s\S]*))?$/.exec(output) ?? [];
  const make = PRINTERS[name];
  const takes = name === 'custom-columns' || name.startsWith('jsonpath');
  if (make === undefined || (argument !== undefined && !takes))
    throw new TemplateError(
      `unable to match a printer suitable for the output format "${output}", allowed formats are: ${FORMATS.join(',')}`,
    );
  if (takes && (argument === undefined || argument === ''))
    throw new TemplateError(
      name === 'custom-columns'
        ? 'custom-columns format specified but no custom columns given'
        : 'template format specified but no template given',
    );
  return make(argument ?? '', headers);
}

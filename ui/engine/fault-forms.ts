/** The fault palette as forms that a person fills in, made from the palette's own schemas. */
import { PARAMETERS } from '../../models/cluster/parameter-table.ts';
import { OF_UNIT } from '../../models/cluster/reconfigure.ts';
import type { AimKind } from '../../scenarios/fault.ts';
import { FAULTS } from '../../scenarios/faults.ts';

export interface FaultField {
  readonly key: string;
  readonly about: string;
  readonly required: boolean;
  readonly kind: 'text' | 'number' | 'boolean' | 'choice';
  /** Of a choice. */
  readonly choices: readonly string[];
  /** Something that can be left as it is. */
  readonly example: string;
  /** What may be chosen, for a process of that name; anything else is refused with a reason. */
  readonly suggestions?: Readonly<Record<string, readonly Suggestion[]>>;
}

export interface Suggestion {
  readonly value: string;
  readonly about: string;
}

export interface FaultForm {
  readonly name: string;
  readonly about: string;
  readonly aim: AimKind;
  /** May it be given `for`? */
  readonly lasts: boolean;
  readonly fields: readonly FaultField[];
}

/** As much of a zod schema as a form asks for. */
interface Schema {
  readonly description?: string | undefined;
  readonly def: {
    readonly type: string;
    readonly innerType?: Schema;
    readonly entries?: Readonly<Record<string, string>>;
  };
}

export function faultForms(): FaultForm[] {
  return FAULTS.filter(({ name }) => name !== 'mark').map(({ name, about, aim, lasts, parameters }) => {
    const shape = parameters.shape as unknown as Readonly<Record<string, Schema>>;
    const fields = Object.entries(shape).map(([key, schema]): FaultField => {
      const { inner, about, required } = unwrapped(schema);
      const kind = kindOf(inner);
      return {
        key,
        about,
        required,
        kind,
        choices: Object.values(inner.def.entries ?? {}),
        example: EXAMPLES[key] ?? (kind === 'number' ? '0' : ''),
        ...(key === 'parameter' ? { suggestions: parameterNames() } : {}),
      };
    });
    return { name, about, aim, lasts, fields };
  });
}

function parameterNames(): Record<string, Suggestion[]> {
  const names: Record<string, Suggestion[]> = {};
  for (const { component, key, about } of PARAMETERS) {
    if (OF_UNIT.includes(key)) continue;
    names[component] = [...(names[component] ?? []), { value: key, about }];
  }
  return names;
}

/** Not by zod's JSON schemas, which the page does not load (vite.no-json-schema.ts). */
function unwrapped(schema: Schema): { inner: Schema; about: string; required: boolean } {
  let inner = schema;
  let about = schema.description;
  while (inner.def.innerType !== undefined) {
    inner = inner.def.innerType;
    about ??= inner.description;
  }
  return { inner, about: about ?? '', required: inner === schema };
}

function kindOf({ def: { type, entries } }: Schema): FaultField['kind'] {
  if (entries !== undefined) return 'choice';
  return type === 'number' ? 'number' : type === 'boolean' ? 'boolean' : 'text';
}

/** Values that do something that is worth seeing. */
const EXAMPLES: Readonly<Record<string, string>> = {
  by: '200ms',
  share: '30%',
  enter: '5%',
  leave: '20%',
  ppm: '1000',
  latency: '500ms',
};

/** The fault palette as forms that a person fills in, made from the palette's own schemas. */
import { PARAMETERS } from '../../models/cluster/parameter-table.ts';
import { OF_UNIT } from '../../models/cluster/reconfigure.ts';
import { z } from '../../models/zod.ts';
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

interface Property {
  readonly type?: string;
  readonly description?: string;
  readonly enum?: readonly string[];
  readonly pattern?: string;
}

export function faultForms(): FaultForm[] {
  return FAULTS.filter(({ name }) => name !== 'mark').map(({ name, about, aim, lasts, parameters }) => {
    const schema = z.toJSONSchema(parameters, { io: 'input' }) as {
      readonly properties?: Readonly<Record<string, Property>>;
      readonly required?: readonly string[];
    };
    const fields = Object.entries(schema.properties ?? {}).map(([key, property]): FaultField => {
      const kind = kindOf(property);
      return {
        key,
        about: property.description ?? '',
        required: schema.required?.includes(key) ?? false,
        kind,
        choices: property.enum ?? [],
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

function kindOf({ type, enum: choices }: Property): FaultField['kind'] {
  if (choices !== undefined) return 'choice';
  return type === 'number' || type === 'integer' ? 'number' : type === 'boolean' ? 'boolean' : 'text';
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

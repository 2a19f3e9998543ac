/** Forms of faults say what the palette's schemas say, of which `quorate faults` prints the JSON schema. */
import { expect, test } from 'vitest';
import { z } from '../../models/zod.ts';
import { FAULTS } from '../../scenarios/faults.ts';
import { faultForms } from '../../ui/engine/fault-forms.ts';

interface JsonSchema {
  readonly properties?: Readonly<
    Record<
      string,
      { readonly type?: string; readonly description?: string; readonly enum?: readonly string[] }
    >
  >;
  readonly required?: readonly string[];
}

test.each(faultForms().map((form) => [form.name, form] as const))('%s', (name, { fields }) => {
  const { parameters } = FAULTS.find((fault) => fault.name === name)!;
  const { properties = {}, required = [] } = z.toJSONSchema(parameters, { io: 'input' }) as JsonSchema;
  expect(fields.map(({ key }) => key)).toEqual(Object.keys(properties));
  for (const field of fields) {
    const { type = 'string', description = '', enum: choices } = properties[field.key]!;
    expect(field).toMatchObject({ about: description, required: required.includes(field.key) });
    expect(field.choices).toEqual(choices ?? []);
    const kind = choices === undefined ? type : 'choice';
    expect({ string: 'text', integer: 'number' }[kind] ?? kind).toBe(field.kind);
  }
});

test('some are needed, some are not, and some are a choice', () => {
  const fields = faultForms().flatMap((form) => form.fields);
  expect(new Set(fields.map(({ required }) => required)).size).toBe(2);
  expect(fields.filter(({ kind }) => kind === 'choice').length).toBeGreaterThan(0);
});

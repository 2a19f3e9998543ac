import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { filledIn, readTemplate, relaxed } from '../../../models/console/kubectl/jsonpath.ts';
import { TemplateError } from '../../../models/console/kubectl/jsonpath-steps.ts';
import type { Json } from '../../../models/console/kubectl/wire.ts';

/** The object of the page "JSONPath Support" of Kubernetes' documentation. */
const LIST: Json = {
  kind: 'List',
  items: [
    {
      kind: 'None',
      metadata: { name: '127.0.0.1', labels: { 'kubernetes.io/hostname': '127.0.0.1' } },
      status: { capacity: { cpu: '4' }, addresses: [{ type: 'LegacyHostIP', address: '127.0.0.1' }] },
    },
    {
      kind: 'None',
      metadata: { name: '127.0.0.2' },
      status: {
        capacity: { cpu: '8' },
        addresses: [
          { type: 'LegacyHostIP', address: '127.0.0.2' },
          { type: 'another', address: '127.0.0.3' },
        ],
      },
    },
  ],
  users: [
    { name: 'myself', user: {} },
    { name: 'e2e', user: { username: 'admin', password: 'secret' }, uid: 7 },
  ],
};

const filled = (template: string): string => filledIn(readTemplate(template), LIST);

describe('a template of kubectl', () => {
  it.each([
    ['kind is {.kind}', 'kind is List'],
    ['{.kind} {$.kind} {@.kind}', 'List List List'],
    ["{['kind']}", 'List'],
    ['{..name}', '127.0.0.1 127.0.0.2 myself e2e'],
    ['{.items[*].metadata.name}', '127.0.0.1 127.0.0.2'],
    ['{.users[0].name}', 'myself'],
    ['{.users[-1].name}', 'e2e'],
    ['{.items[*].status.addresses[0:1].address}', '127.0.0.1 127.0.0.2'],
    ['{.items[1:].metadata.name}', '127.0.0.2'],
    ["{.items[*]['metadata.name', 'status.capacity']}", '127.0.0.1 127.0.0.2 {"cpu":"4"} {"cpu":"8"}'],
    ['{.items[0,1].metadata.name}', '127.0.0.1 127.0.0.2'],
    ['{.users[?(@.name=="e2e")].user.password}', 'secret'],
    ["{.users[?(@.name!='e2e')].name}", 'myself'],
    ['{.users[?(@.uid>6)].name}', 'e2e'],
    ['{.users[?(@.uid)].name}', 'e2e'],
    [
      '{range .items[*]}[{.metadata.name}, {.status.capacity}] {end}',
      '[127.0.0.1, {"cpu":"4"}] [127.0.0.2, {"cpu":"8"}] ',
    ],
    ["{range .items[*]}{.metadata.name}{'\\t'}{end}", '127.0.0.1\t127.0.0.2\t'],
    [
      '{range .items[*]}{range .status.addresses[*]}{.address}{"\\n"}{end}{end}',
      '127.0.0.1\n127.0.0.2\n127.0.0.3\n',
    ],
    ['{range .nothing[*]}{.name}{end}done', 'done'],
    ['{.items[0].metadata.labels.kubernetes\\.io/hostname}', '127.0.0.1'],
    ['{.nothing.here}', ''],
    ['{.users[1].uid}{"}"}', '7}'],
  ])('%s', (template, text) => {
    expect(filled(template)).toBe(text);
  });

  it.each([
    ['{.items[7].kind}', 'array index out of bounds: index 7, length 2'],
    ['{.items[*', 'unterminated array'],
    ['{.kind', 'unclosed action'],
    ['{.items[x]}', 'invalid array index x'],
    ['{.kind[0]}', 'string is not array or slice'],
    ['{each .items}', 'unrecognized identifier each'],
    ['{.kind}{end}', 'not in range, nothing to end'],
    ['{.users[?(@.name=="e2e"].name}', 'unterminated filter'],
    ['{"open}', 'unterminated quoted string'],
    ['{.users[?(@.name=~"e")]}', 'unrecognized filter operator =~'],
    ['{..name....kind}', 'invalid multiple recursive descent'],
    ['{#}', "unrecognized character in action: U+0023 '#'"],
  ])('%s is refused: %s', (template, why) => {
    expect(() => filled(template)).toThrow(new TemplateError(why));
  });

  it('may leave the braces out where a single path is asked for', () => {
    for (const path of ['users[0].name', '.users[0].name', '{users[0].name}', '{.users[0].name}'])
      expect(filledIn(relaxed(path), LIST)).toBe('myself');
    expect(() => relaxed('{.a}{.b}')).toThrow(TemplateError);
  });

  it('is filled in or refused, whatever it is', () => {
    const part = fc.constantFrom(
      ...['{', '}', '[', ']', '[?(', ')', '(', '..', '.', '*', '@', '$', '"', "'", '\\', ':', ',', ' ', '=='],
      ...['-1', '2', '0', 'range', 'end', 'items', 'users', 'name', 'true', 'ä', '#', '\n'],
    );
    fc.assert(
      fc.property(fc.array(part, { maxLength: 25 }), (parts) => {
        const template = parts.join('');
        try {
          expect(typeof filled(template)).toBe('string');
        } catch (error) {
          expect(error).toBeInstanceOf(TemplateError);
        }
      }),
      { seed: 1, numRuns: 3_000 },
    );
  });
});

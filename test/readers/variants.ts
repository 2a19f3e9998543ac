/** Variants of real files, as a network, an editor or a hurried person makes them: fast-check arbitraries. */
import fc from 'fast-check';

/** Characters that mean something to one of the readers, or that no reader expects. */
const FOREIGN = [
  ...['\0', '\r', '\r\n', '\t', '\v', '\ufeff', '\ufffd', '\u2028', '\u{1f600}', '\ud800'],
  ...[
    '{',
    '}',
    '[',
    ']',
    '(',
    ')',
    '"',
    "'",
    '`',
    '\\',
    '#',
    '!',
    '$',
    '${',
    '$(',
    '@^',
    '&',
    '*',
    '|',
    '>',
    '%',
  ],
  ...[
    ': ',
    '- ',
    '---\n',
    '...\n',
    '<<: ',
    '? ',
    ',',
    '=',
    '-1',
    '999999999999',
    '1e309',
    '0x7f',
    '::',
    '/33',
  ],
];

/** Bytes read as another encoding than they were written in. */
const ENCODINGS: readonly ((text: string) => string)[] = [
  (text) => Buffer.from(text, 'utf16le').toString('utf8'),
  (text) => `\ufeff${text}`,
  (text) => Buffer.from(text, 'utf8').toString('utf16le'),
  (text) => Buffer.from(text, 'utf8').toString('latin1'),
  (text) => Buffer.from(text, 'latin1').toString('utf8'),
  (text) => text.replaceAll('\n', '\r\n'),
  (text) => text.replaceAll('\n', '\r'),
  (text) => text.replaceAll(' ', '\u00a0'),
  (text) => text.replaceAll('"', '\u201c'),
];

const MEGABYTE = 1_000_000;

/** A line of a megabyte: one piece of the text again and again, without its line breaks or with them. */
function megabyte(text: string): fc.Arbitrary<string> {
  return fc
    .tuple(fc.nat(text.length), fc.integer({ min: 1, max: 60 }), fc.boolean())
    .map(([at, length, flat]) => {
      const piece = text.slice(at, at + length) || 'x';
      const unit = flat ? piece.replaceAll('\n', ' ') : piece;
      return text.slice(0, at) + unit.repeat(Math.ceil(MEGABYTE / unit.length)) + text.slice(at);
    });
}

/** One change of a text; `others` are texts that pieces may come from. */
function changed(text: string, others: readonly string[]): fc.Arbitrary<string> {
  const place = fc.nat(text.length);
  const lines = text.split('\n');
  const line = fc.nat(Math.max(0, lines.length - 1));
  const spliced = fc
    .tuple(place, fc.constantFrom(...others), fc.nat(), fc.integer({ min: 1, max: 400 }))
    .map(([at, other, from, length]) => {
      const start = from % (other.length + 1);
      return text.slice(0, at) + other.slice(start, start + length) + text.slice(at);
    });
  return fc.oneof(
    // Cut: an end, a beginning, a piece.
    fc.tuple(place, place).map(([a, b]) => text.slice(Math.min(a, b), Math.max(a, b))),
    fc.tuple(place, place).map(([a, b]) => text.slice(0, Math.min(a, b)) + text.slice(Math.max(a, b))),
    spliced,
    // Repeated: a line, many lines.
    fc.tuple(line, line, fc.integer({ min: 2, max: 300 })).map(([a, b, times]) =>
      [
        ...lines.slice(0, b),
        ...Array(times)
          .fill(lines.slice(Math.min(a, b), Math.max(a, b) + 1))
          .flat(),
        ...lines.slice(b),
      ]
        .slice(0, 5_000)
        .join('\n'),
    ),
    fc.shuffledSubarray(lines).map((some) => some.join('\n')),
    fc.constantFrom(...ENCODINGS).map((misread) => misread(text)),
    fc
      .array(fc.tuple(place, fc.constantFrom(...FOREIGN)), { minLength: 1, maxLength: 12 })
      .map((inserts) =>
        inserts.reduce(
          (now, [at, what]) => now.slice(0, at % (now.length + 1)) + what + now.slice(at % (now.length + 1)),
          text,
        ),
      ),
    // A word takes the place of another.
    fc.tuple(fc.nat(), fc.nat()).map(([a, b]) => {
      const words = text.match(/\S+/g) ?? ['x'];
      return text.replace(words[a % words.length]!, () => words[b % words.length]!);
    }),
  );
}

/** One to three changes of one of the texts; one in forty has a line of a megabyte. */
export function variantOf(texts: readonly string[], others: readonly string[]): fc.Arbitrary<string> {
  const real = fc.constantFrom(...texts);
  const change = (given: fc.Arbitrary<string>) => given.chain((text) => changed(text, others));
  const small = fc.oneof(change(real), change(change(real)), change(change(change(real))));
  return fc.oneof({ weight: 39, arbitrary: small }, { weight: 1, arbitrary: real.chain(megabyte) });
}

/**
 * Flags of Go programs (pflag): `--name value`, `--name=value`, `-n value`, `-nvalue`, switches without value, `--`.
 *
 * Source: spf13/pflag (flag.go parseLongArg, parseShortArg) for the words of its errors.
 */

/** The flags that a program knows: `switch` takes no value (but may have =true), `value` takes one, `list` may come again. */
export type FlagTable = Readonly<Record<string, 'switch' | 'value' | 'list'>>;

export interface Flags {
  /** Long names to what was given; a switch is `true` or `false`. */
  readonly values: ReadonlyMap<string, readonly string[]>;
  readonly positional: readonly string[];
}

export interface FlagError {
  readonly error: string;
}

export function isFlagError(read: Flags | FlagError): read is FlagError {
  return 'error' in read;
}

/** @param shorthands letter to long name */
export function readFlags(
  args: readonly string[],
  table: FlagTable,
  shorthands: Readonly<Record<string, string>> = {},
): Flags | FlagError {
  const values = new Map<string, string[]>();
  const positional: string[] = [];
  const give = (name: string, value: string): void => {
    const before = table[name] === 'list' ? (values.get(name) ?? []) : [];
    values.set(name, [...before, value]);
  };
  for (let i = 0; i < args.length; i++) {
    const arg = args[i] as string;
    if (arg === '--') {
      positional.push(...args.slice(i + 1));
      break;
    }
    if (!arg.startsWith('-') || arg === '-') {
      positional.push(arg);
      continue;
    }
    const long = /^--([^=]+)(?:=(.*))?$/s.exec(arg);
    const short = long === null ? /^-(\w)=?(.*)$/s.exec(arg) : null;
    const name = long?.[1] ?? shorthands[short?.[1] ?? ''];
    if (name === undefined || table[name] === undefined) {
      return long === null
        ? { error: `unknown shorthand flag: '${arg.charAt(1)}' in ${arg}` }
        : { error: `unknown flag: --${long[1]}` };
    }
    const attached = long === null ? short?.[2] || undefined : long[2];
    if (table[name] === 'switch') {
      give(name, long === null ? 'true' : (attached ?? 'true'));
      // Letters of several switches may stand together.
      if (long === null && attached !== undefined)
        args = [...args.slice(0, i + 1), `-${attached}`, ...args.slice(i + 1)];
      continue;
    }
    const value = attached ?? args[++i];
    if (value === undefined) {
      return {
        error: `flag needs an argument: ${long === null ? `'${arg.charAt(1)}' in ${arg}` : `--${name}`}`,
      };
    }
    give(name, value);
  }
  return { values, positional };
}

export function flagOf({ values }: Flags, name: string): string | undefined {
  return values.get(name)?.at(-1);
}

export function isSet(flags: Flags, name: string): boolean {
  const value = flagOf(flags, name);
  return value !== undefined && value !== 'false';
}

/** A Go duration (`5s`, `1m30s`, `500ms`) in microseconds; undefined if it is none. */
export function readGoDuration(text: string): number | undefined {
  if (!/^(\d+(\.\d+)?(us|µs|ms|s|m|h))+$/.test(text)) return undefined;
  const units: Readonly<Record<string, number>> = { us: 1, µs: 1, ms: 1e3, s: 1e6, m: 6e7, h: 3.6e9 };
  let sum = 0;
  for (const [, number, unit] of text.matchAll(/(\d+(?:\.\d+)?)(us|µs|ms|s|m|h)/g)) {
    sum += Number(number) * (units[unit as string] as number);
  }
  return Math.round(sum);
}

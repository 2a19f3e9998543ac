/** A change as a link has it: `at=12561001us&do=power-off&on=m1`. It comes from strangers. */
import type { Change, ChangeValue } from './request.ts';

const MOST_FIELDS = 20;

export function writeChange(change: Change): string {
  const fields = new URLSearchParams();
  for (const [key, value] of Object.entries(change)) {
    if (Array.isArray(value)) for (const side of value) fields.append(key, side);
    else if (value !== undefined) fields.append(key, String(value));
  }
  return fields.toString();
}

/** The change, or what is wrong with it. What it asks for is checked when it is run. */
export function readChange(text: string): Change | string {
  const fields = new URLSearchParams(text);
  const keys = [...new Set(fields.keys())];
  const at = fields.get('at') ?? '';
  const [what, command] = [fields.get('do') ?? '', fields.get('run') ?? ''];
  if (!/^\d{1,15}us$/.test(at)) return `The link's change has no time such as at=12000000us.`;
  if ((what === '') === (command === '') || keys.length > MOST_FIELDS)
    return `The link's change does not say what it does.`;
  if (command !== '') return { at, run: command, on: fields.get('on') ?? '' };
  const change: Record<string, ChangeValue> = { at, do: what };
  for (const key of keys) {
    if (key === 'at' || key === 'do') continue;
    const values = fields.getAll(key);
    if (key === 'links' && values.length !== 2)
      return `The link's change names ${values.length} sides of a link.`;
    change[key] = key === 'links' ? [values[0]!, values[1]!] : readValue(values[0]!);
  }
  return change as unknown as Change;
}

/** Numbers and true or false are what they look like; everything else is text. */
function readValue(text: string): ChangeValue {
  if (text === 'true' || text === 'false') return text === 'true';
  return /^-?\d{1,15}(\.\d{1,6})?$/.test(text) ? Number(text) : text;
}

/**
 * Many hosts by one text: `w1..w5000` names that many, `w1,w2` those two. And addresses that follow each other, so that nobody has to
 * write 5,000 of them.
 */
import { ipv4Number, ipv4Text } from '../ipv4.ts';

/** More hosts than these are no cluster that Kubernetes is made for (5,000 nodes), and no run that ends. */
const MOST = 10_000;

/** The names, in their order; undefined if a range has no end, or is longer than any cluster. */
export function hostNames(text: string): string[] | undefined {
  const names: string[] = [];
  for (const part of text.split(',')) {
    const range = /^([A-Za-z][A-Za-z-]*)(\d{1,6})\.\.\1(\d{1,6})$/.exec(part);
    if (range === null) {
      if (part !== '') names.push(part);
      continue;
    }
    const [, prefix = '', first = '', last = ''] = range;
    const count = Number(last) - Number(first) + 1;
    if (count < 1 || names.length + count > MOST) return undefined;
    for (let i = 0; i < count; i++) names.push(`${prefix}${Number(first) + i}`);
  }
  return names;
}

/** The address `index` places behind the first. */
export function addressAfter(first: string, index: number): string {
  return ipv4Text(ipv4Number(first) + index);
}

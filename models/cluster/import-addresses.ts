/**
 * Addresses that no file says: the next free ones of the network that the known ones are in, else of 10.0.0.0/24.
 */
import { ipv4Number, ipv4Text } from '../ipv4.ts';
import type { HostDraft } from './import-hosts.ts';
import type { ImportSettings } from './import-settings.ts';

/** Where invented addresses begin, and where the outside host's search begins, counting down. */
const FIRST = 11;
const OUTSIDE = 250;
const DEFAULT_NETWORK = '10.0.0.0';

export interface AddressBook {
  addressOf(draft: HostDraft): string;
  /** A free address for the host that asks from outside. */
  outside(): string;
}

/** Gives each host an address; invented ones are named in the notes. */
export function addressBook(
  drafts: readonly HostDraft[],
  vip: string | undefined,
  settings: ImportSettings,
  notes: string[],
): AddressBook {
  const setFor = (name: string) => settings.hosts.get(name)?.['address'];
  const addressOf = (draft: HostDraft) => {
    const set = setFor(draft.name);
    return set === undefined ? draft.address : String(set);
  };
  const known = drafts.flatMap((draft) => addressOf(draft) ?? []);
  const taken = new Set([...known, ...(vip === undefined ? [] : [vip])]);
  const base = ipv4Number(vip ?? known[0] ?? DEFAULT_NETWORK);
  const network = base - (base % 256);
  const free = (from: number, step: number): string => {
    let offset = from;
    while (taken.has(ipv4Text(network + offset))) offset += step;
    const address = ipv4Text(network + offset);
    taken.add(address);
    return address;
  };
  const invented = new Map<string, string>();
  for (const draft of drafts) {
    if (addressOf(draft) === undefined) invented.set(draft.name, free(FIRST, 1));
  }
  if (invented.size > 0) {
    const list = [...invented].map(([name, address]) => `${name} ${address}`).join(', ');
    notes.push(`No file says these addresses: ${list}. Set host.NAME.address for others.`);
  }
  return {
    addressOf: (draft) => addressOf(draft) ?? invented.get(draft.name)!,
    outside: () => {
      const set = setFor('outside');
      return set === undefined ? free(OUTSIDE, -1) : String(set);
    },
  };
}

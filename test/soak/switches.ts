/** Soak part `switches`: every shipped scenario with each of its switches. No expectation may hold with all of them. */
import { shippedScenarios } from '../../cli/shared.ts';
import { LIBRARY } from '../scenarios/library.ts';
import { complaintsOf } from '../scenarios/switches.ts';

/** Every scenario that has to have switches: the shipped ones, and those of lints. */
export const SWITCHED_NAMES: readonly string[] = [
  ...shippedScenarios(LIBRARY),
  ...[...LIBRARY.keys()]
    .filter((path) => /^lints\/.*\.yaml$/.test(path))
    .map((path) => path.slice(0, -'.yaml'.length)),
];

/** Tries the first `count` scenarios; returns the exit code. */
export function soakSwitches(count: number): Promise<number> {
  const names = SWITCHED_NAMES.slice(0, count);
  let wrong = 0;
  for (const name of names) {
    const complaints = complaintsOf(name);
    if (complaints.length > 0) wrong++;
    for (const complaint of complaints) process.stdout.write(`${name}: ${complaint}\n`);
  }
  process.stdout.write(
    `switches: ${names.length - wrong} of ${names.length} scenarios have no empty expectation\n`,
  );
  return Promise.resolve(wrong === 0 ? 0 : 1);
}

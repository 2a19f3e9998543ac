/**
 * `npm run mutants [-- compiler|raft]`: bugs planted in the compiler and in etcd, each of which the tests' searches must
 * find. Exit code 1 if one is not.
 */
import { main as compiler } from './compiler.ts';
import { main as raft } from './raft.ts';

const PARTS: Readonly<Record<string, () => number>> = { compiler: () => compiler(), raft: () => raft() };

const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !Object.hasOwn(PARTS, name));
if (unknown.length > 0) {
  process.stderr.write(`mutants: ${unknown.join(', ')}: there are ${Object.keys(PARTS).join(' and ')}\n`);
  process.exitCode = 2;
} else {
  let missed = 0;
  for (const [name, run] of Object.entries(PARTS))
    if (asked.length === 0 || asked.includes(name)) missed += run();
  process.stdout.write(missed === 0 ? 'mutants: all were found\n' : `mutants: ${missed} were not found\n`);
  process.exitCode = missed === 0 ? 0 : 1;
}

/**
 * `npm run conformance -- SUITE DIR`: holds the models to recordings and suites that others made.
 * Exit code 0 if everything agrees, 1 if something differs, 2 on wrong usage.
 */
import { statSync } from 'node:fs';
import { raftMachine } from '../../models/etcd/raft/machine.ts';
import { compiledProgram } from '../../sim/compiled.ts';
import { dataDrivenFiles, printResults, replayFolder } from './raft-runner.ts';

/** A suite prints its own results and says whether everything agreed. */
interface Suite {
  readonly about: string;
  run(folder: string): boolean | Promise<boolean>;
}

class UsageError extends Error {}

const SUITES: Readonly<Record<string, Suite>> = {
  raft: {
    about: "data-driven files of etcd-io/raft's suites, against models/etcd/raft",
    run: (folder) => {
      if (dataDrivenFiles(folder).length === 0) throw new UsageError(`no data-driven file in ${folder}`);
      const results = replayFolder(folder, compiledProgram(raftMachine));
      process.stdout.write(printResults(results));
      return results.every(({ difference }) => difference === null);
    },
  },
};

const USAGE = `usage: npm run conformance -- SUITE DIR
${Object.entries(SUITES)
  .map(([name, { about }]) => `  ${name.padEnd(10)}${about}`)
  .join('\n')}`;

async function main(args: readonly string[]): Promise<number> {
  const [name, folder, ...rest] = args;
  try {
    const suite = name === undefined ? undefined : SUITES[name];
    if (suite === undefined) throw new UsageError(name === undefined ? 'no suite' : `no suite ${name}`);
    if (folder === undefined || rest.length > 0) throw new UsageError('one folder is needed');
    if (!(statSync(folder, { throwIfNoEntry: false })?.isDirectory() ?? false)) {
      throw new UsageError(`no such folder: ${folder}`);
    }
    return (await suite.run(folder)) ? 0 : 1;
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    process.stderr.write(`${error.message}\n${USAGE}\n`);
    return 2;
  }
}

process.exitCode = await main(process.argv.slice(2));

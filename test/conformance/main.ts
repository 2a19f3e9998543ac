/**
 * `npm run conformance -- SUITE ...`: holds the models to recordings and suites that others made.
 * Exit code 0 if everything agrees, 1 if something differs, 2 on wrong usage.
 */
import { statSync } from 'node:fs';
import { raftMachine } from '../../models/etcd/raft/machine.ts';
import { compiledProgram } from '../../sim/compiled.ts';
import { daemons } from './daemons.ts';
import { elections } from './elections.ts';
import { dataDrivenFiles, printResults, replayFolder } from './raft-runner.ts';
import { UsageError } from './usage.ts';

/** A suite prints its own results and says whether everything agreed. */
interface Suite {
  readonly about: string;
  readonly usage: string;
  run(args: readonly string[]): boolean | Promise<boolean>;
}

const SUITES: Readonly<Record<string, Suite>> = {
  raft: {
    about: "data-driven files of etcd-io/raft's suites, against models/etcd/raft",
    usage: 'DIR',
    run: ([folder, ...rest]) => {
      if (folder === undefined || rest.length > 0) throw new UsageError('one folder is needed');
      if (!(statSync(folder, { throwIfNoEntry: false })?.isDirectory() ?? false))
        throw new UsageError(`no such folder: ${folder}`);
      if (dataDrivenFiles(folder).length === 0) throw new UsageError(`no data-driven file in ${folder}`);
      const results = replayFolder(folder, compiledProgram(raftMachine));
      process.stdout.write(printResults(results));
      return results.every(({ difference }) => difference === null);
    },
  },
  daemons: {
    about: 'recordings of keepalived, HAProxy and etcd, against cases of the same names',
    usage: '[DIR] [--cases DIR] [--runs N] [--only ID,...] [--json] [--write-docs]',
    run: daemons,
  },
  elections: {
    about: 'how many elections of etcd take two terms, without and with pre-vote',
    usage: '[--runs N] [--json]',
    run: elections,
  },
};

const USAGE = `usage: npm run conformance -- SUITE ...
${Object.entries(SUITES)
  .map(([name, { about, usage }]) => `  ${name} ${usage}\n      ${about}`)
  .join('\n')}`;

async function main(args: readonly string[]): Promise<number> {
  const [name, ...rest] = args;
  try {
    const suite = name === undefined ? undefined : SUITES[name];
    if (suite === undefined) throw new UsageError(name === undefined ? 'no suite' : `no suite ${name}`);
    return (await suite.run(rest)) ? 0 : 1;
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    process.stderr.write(`${error.message}\n${USAGE}\n`);
    return 2;
  }
}

process.exitCode = await main(process.argv.slice(2));

/**
 * The confchange suite: membership changes without a Raft around them.
 *
 * Source: etcd-io/raft v3.7.0, confchange/datadriven_test.go.
 */
import {
  type Changed,
  enterJoint,
  leaveJoint,
  type Membership,
  NO_MEMBERS,
  simple,
} from '../../models/etcd/raft/conf-change.ts';
import { describeConfig, describeProgressList } from '../../models/etcd/raft/describe.ts';
import type { Directive } from './data-driven.ts';
import { DirectiveError } from './raft-environment.ts';
import { parseOperations, truth } from './raft-interaction.ts';

const WINDOW = { maxInflightMessages: 10, maxInflightBytes: 0 };

/** Runs the directives of a file one after another; each call gives the result of one. */
export function confChanges(): (directive: Directive) => string {
  let membership: Membership = { config: NO_MEMBERS, progress: [] };
  let lastIndex = 0;
  return (directive) => {
    try {
      const changed = change(membership, directive, lastIndex);
      if ('error' in changed) return `${changed.error}\n`;
      membership = changed;
      return `${describeConfig(changed.config)}\n${describeProgressList(changed.progress, WINDOW)}`;
    } catch (error) {
      if (error instanceof DirectiveError) return `${error.message}\n`;
      throw error;
    } finally {
      lastIndex++;
    }
  };
}

function change(from: Membership, directive: Directive, lastIndex: number): Changed {
  const operations = parseOperations(directive.input);
  switch (directive.command) {
    case 'simple':
      return simple(from, operations, lastIndex);
    case 'enter-joint': {
      const autoLeave = truth(
        directive.arguments.find(({ key }) => key === 'autoleave')?.values[0] ?? 'false',
      );
      return enterJoint(from, autoLeave, operations, lastIndex);
    }
    case 'leave-joint':
      return operations.length > 0 ? { error: 'this command takes no input' } : leaveJoint(from);
    default:
      return { error: 'unknown command' };
  }
}

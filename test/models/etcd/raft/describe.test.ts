/** What Raft prints where no data-driven file shows it: etcd-io/raft v3.7.0, util.go, raftpb, tracker. */
import { describe, expect, it } from 'vitest';
import {
  describeConfChange,
  describeConfig,
  describeEntry,
  describeMessage,
  describeProgress,
  describeReady,
  quoted,
} from '../../../../models/etcd/raft/describe.ts';
import { normalEntry } from '../../../../models/etcd/raft/entries.ts';
import { APPLY_THREAD } from '../../../../models/etcd/raft/messages.ts';
import { becomeReplicate, newProgress, sentEntries } from '../../../../models/etcd/raft/progress.ts';
import { Network, said } from './network.ts';

describe('printing', () => {
  it('writes ids in hexadecimal where upstream does, and in decimal where it does', () => {
    expect(describeMessage(said('MsgVote', 10, 255, 3, { vote: 17 }))).toBe(
      'a->ff MsgVote Term:3 Log:0/0 Vote:17',
    );
    const config = { voters: [1, 10], outgoing: [], learners: [16], learnersNext: [], autoLeave: false };
    expect(describeConfig(config)).toBe('voters=(1 a) learners=(10)');
    const joint = { ...config, outgoing: [11], learnersNext: [11], autoLeave: true };
    expect(describeConfig(joint)).toBe('voters=(1 a)&&(b) learners=(10) learners_next=(b) autoleave');
  });

  it('names nobody and the storage threads', () => {
    expect(describeMessage(said('MsgProp', 0, APPLY_THREAD, 0))).toBe(
      'None->ApplyThread MsgProp Term:0 Log:0/0',
    );
  });

  it.each([
    ['a"b\\c', '"a\\"b\\\\c"'],
    ['line\nend\ttab\r', '"line\\nend\\ttab\\r"'],
    ['\x00\x1f\x7f', '"\\x00\\x1f\\x7f"'],
    ['grüße 漢字', '"grüße 漢字"'],
    ['\u200b\u00a0', '"\\u200b\\u00a0"'],
  ])('quotes %j as Go does', (text, expected) => {
    expect(quoted(text)).toBe(expected);
  });

  it('shows several entries, a snapshot and responses on lines of their own', () => {
    const entries = [
      { ...normalEntry('x', 1), term: 2, index: 3 },
      { ...normalEntry(null, 0), term: 2, index: 4 },
    ];
    const confState = { voters: [1], votersOutgoing: [], learners: [2], learnersNext: [], autoLeave: true };
    const message = said('MsgStorageAppend', 1, APPLY_THREAD, 2, {
      entries,
      snapshot: { index: 9, term: 2, confState, data: null },
      responses: [said('MsgAppResp', 1, 2, 2, { reject: true, rejectHint: 7, index: 8 })],
    });
    expect(describeMessage(message)).toBe(
      [
        '1->ApplyThread MsgStorageAppend Term:2 Log:0/0 Entries:[',
        '  2/3 EntryNormal "x"',
        '  2/4 EntryNormal ""',
        ']',
        '  Snapshot: Index:9 Term:2 ConfState:Voters:[1] VotersOutgoing:[] Learners:[2] LearnersNext:[] AutoLeave:true Responses:[',
        '  1->2 MsgAppResp Term:2 Log:0/8 Rejected (Hint: 7)',
        ']',
      ].join('\n'),
    );
  });

  it('shows read states with the bytes of their contexts', () => {
    const network = new Network(1);
    network.campaign(1);
    network.node(1).step({ type: 'read-index', context: 'ab' });
    expect(describeReady(network.node(1).takeReady())).toBe(
      'Ready MustSync=false:\nReadStates [{1 [97 98]}]\n',
    );
  });

  it('shows a proposal that is in no log at 0/0', () => {
    expect(describeEntry(normalEntry('x', 1))).toBe('0/0 EntryNormal "x"');
  });

  it('shows a full window, and one that is not full', () => {
    const p = sentEntries(becomeReplicate({ ...newProgress(2, 4, 5, true), recentActive: true }), 2, 10, {
      maxInflightMessages: 2,
      maxInflightBytes: 0,
    });
    expect(describeProgress(p, { maxInflightMessages: 2, maxInflightBytes: 0 })).toBe(
      'StateReplicate match=4 next=7 learner inflight=1',
    );
    expect(describeProgress(p, { maxInflightMessages: 2, maxInflightBytes: 10 })).toBe(
      'StateReplicate match=4 next=7 learner inflight=1[full]',
    );
  });

  it('shows what a change is for', () => {
    const changes = [{ type: 'ConfChangeUpdateNode', nodeId: 31 }] as const;
    expect(
      describeConfChange({ transition: 'ConfChangeTransitionJointImplicit', changes, context: 'm4' }),
    ).toBe(
      'transition:ConfChangeTransitionJointImplicit changes:{type:ConfChangeUpdateNode node_id:31} context:"m4"',
    );
  });
});

/**
 * `vrrp_sync_group` of keepalived.conf.
 *
 * Source: keepalived 2.2.7 vrrp_parser.c (vrrp_group_*, vrrp_sg_tracking_weight_handler), keepalived.conf(5) "VRRP
 * synchronization group".
 */
import type { ConfWord } from './conf-lines.ts';
import type { Vocabulary } from './conf-reader.ts';
import type { NotifyConfig } from './config.ts';
import type { TrackDraft } from './instance-draft.ts';
import { GROUP_NOT_MODELLED, GROUP_WITHOUT_EFFECT } from './keywords.ts';
import { readNotify } from './read-instance.ts';
import { readTracked } from './read-tracked.ts';

export interface GroupDraft {
  readonly name: ConfWord;
  readonly members: ConfWord[];
  trackingWeight: boolean;
  /** Tracked by each member. */
  readonly trackScripts: TrackDraft[];
  notify: NotifyConfig;
}

export function newGroup(name: ConfWord): GroupDraft {
  return { name, members: [], trackingWeight: false, trackScripts: [], notify: {} };
}

export const GROUP_WORDS: Vocabulary<GroupDraft> = {
  modelled: {
    group: (draft, statement) => {
      for (const entry of statement.block ?? []) draft.members.push(entry.keyword, ...entry.args);
    },
    track_script: (draft, statement, reader) => {
      for (const entry of statement.block ?? []) {
        const tracked = readTracked(entry, draft.name.text, reader);
        if (tracked !== undefined) draft.trackScripts.push(tracked);
      }
    },
    sync_group_tracking_weight: (draft) => {
      draft.trackingWeight = true;
    },
    global_tracking: (draft, statement, reader) => {
      const what = 'global_tracking is deprecated. Use track_interface/script/file on the sync group';
      reader.warn(statement.keyword, `(${draft.name.text}) ${what}`);
      draft.trackingWeight = true;
    },
    notify_master: readNotify('master'),
    notify_backup: readNotify('backup'),
    notify_fault: readNotify('fault'),
    notify_stop: readNotify('stop'),
    notify: readNotify('any'),
  },
  withoutEffect: GROUP_WITHOUT_EFFECT,
  notModelled: GROUP_NOT_MODELLED,
};

/** Search in the story: every word must occur somewhere in the line, its kind or who it is about. */
import type { StoryLine } from '../../scenarios/run-record.ts';
import { KIND_FACTS } from './kinds.ts';

export interface Found {
  readonly line: StoryLine;
  /** Its place in the whole story. */
  readonly index: number;
}

export function searchStory(story: readonly StoryLine[], query: string): Found[] {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  const found: Found[] = [];
  for (const [index, line] of story.entries()) {
    const text = `${KIND_FACTS[line.kind].word} ${line.who} ${line.text}`.toLowerCase();
    if (words.every((word) => text.includes(word))) found.push({ line, index });
  }
  return found;
}

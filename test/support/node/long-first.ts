import { BaseSequencer, type TestSpecification } from "vitest/node";

/** They take ten seconds and more, though most of their files are short, which is all that a first run has to go by. */
const long = [
  /\/scripts\/(?:install|leave-unreached-out-agents|listen|sizes)\.test\.ts$/,
  /\/e2e\/(?:campaign-restart|chaos|cli|deploy|kill-windows|start)\.test\.ts$/,
  /\/workers\/(?:flows\/kill-windows(?:-macs)?|http\/fuzz|pool\/lines\/fallback)\.test\.ts$/,
];

/** Puts the longest files of each project first, so that none is left to run alone at the end: by what they took the last time, or by their size and this list. */
export class LongFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    return [...sorted.filter(isLong), ...sorted.filter((file) => !isLong(file))];
  }
}

const isLong = ({ moduleId }: TestSpecification) => long.some((one) => one.test(moduleId));

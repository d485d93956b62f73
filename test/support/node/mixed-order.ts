import { BaseSequencer, type TestSpecification } from "vitest/node";

/** They take long, though their files are short, which is all that a first run has to go by. */
const long = /\/e2e\/(?:chaos|campaign-restart|kill-windows)\.test\.ts$/;

/**
 * Puts the longest files first and mixes the projects evenly: files that run a whole gateway wait more than they compute, files of the Worker compute, and
 * side by side they keep the machine busy until the end.
 */
export class MixedOrder extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const first = [...sorted.filter(isLong), ...sorted.filter((file) => !isLong(file))];
    const projects = [...new Set(first.map(({ project }) => project.name))];
    const places = projects.flatMap((name) => {
      const own = first.filter(({ project }) => project.name === name);
      return own.map((file, index) => ({ file, place: (index + 0.5) / own.length }));
    });
    return places.sort((left, right) => left.place - right.place).map(({ file }) => file);
  }
}

const isLong = ({ moduleId }: TestSpecification) => long.test(moduleId);

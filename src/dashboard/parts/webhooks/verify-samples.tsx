import { samples } from "virtual:verify-samples";
import { useState } from "react";
import { Copy } from "../copy.tsx";
import { Select } from "../field.tsx";
import { Text } from "./text.tsx";

/** How a receiver verifies that a delivery is ours, in the reader's language: the samples of the documentation. */
export function VerifySamples() {
  const [chosen, choose] = useState(samples[0]?.language ?? "");
  const code = samples.find(({ language }) => language === chosen)?.code ?? "";
  return (
    <>
      <div className="row apart">
        <Select
          label="Verify a delivery in"
          options={samples.map(({ language }) => ({ value: language, label: language }))}
          value={chosen}
          onChange={choose}
        />
        <Copy text={code} what="the sample" />
      </div>
      <Text label={`Sample in ${chosen}`} text={code} />
    </>
  );
}

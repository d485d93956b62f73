import { Link } from "@tanstack/react-router";
import { type Step, useSetup } from "../queries/setup.ts";
import { Icon } from "./icon.tsx";

/** What a newcomer does in order, from the sandbox to the first real message. It is gone when all of it is done. */
export function SetupList() {
  const steps = useSetup();
  const next = steps?.find(({ isDone }) => !isDone);
  if (steps === undefined || next === undefined) return null;
  return (
    <section className="card" aria-labelledby="setup">
      <div className="card-head">
        <h2 id="setup">Set up</h2>
        <span className="quiet small">
          {steps.filter(({ isDone }) => isDone).length} of {steps.length} done
        </span>
      </div>
      <ol className="steps">
        {steps.map((step, index) => (
          <SetupStep key={step.name} step={step} place={index + 1} isNext={step === next} />
        ))}
      </ol>
    </section>
  );
}

function SetupStep({ step, place, isNext }: { step: Step; place: number; isNext: boolean }) {
  return (
    <li className={step.isDone ? "step is-done" : "step"}>
      <span className="step-mark" aria-hidden="true">
        {step.isDone ? <Icon name="check" size={16} /> : place}
      </span>
      <div>
        <h3>
          {step.name}
          {step.isDone && <span className="hidden-words"> (done)</span>}
        </h3>
        {!step.isDone && <p className="quiet small">{step.words}</p>}
      </div>
      {!step.isDone && (
        <Link className={isNext ? "button" : "button second"} to={step.to}>
          {step.action}
        </Link>
      )}
    </li>
  );
}

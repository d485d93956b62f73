/** Judges how Twilio's callbacks were answered: one may go unanswered while the gateway is down, and for as long as it takes to come up. */
export function judgeCallbacks({ told }, { cutWithin }, blame) {
  for (const { sid, word, status, forged, at, until } of told) {
    const isTaken = status !== null && status >= 200 && status < 300;
    const what = `${sid} ${word} was answered ${status}`;
    if (forged && (isTaken || (status !== 403 && !cutWithin(at, until)))) blame("C2", what);
    if (!forged && !isTaken && !cutWithin(at, until)) blame("C1", what);
  }
}

/** Judges what became of everything that people wrote. */
export function judgeInbound({ inbound, shown, keys }, { cutWithin }, blame) {
  for (const message of inbound) {
    const rows = keys.flatMap(({ name }) => rowsOf(shown, name, message).map((row) => ({ name, row })));
    const isTaken = message.answers.some(({ status }) => status === 200);
    if (!message.forged) {
      judgeAnswers(message, isTaken, cutWithin, blame);
      judgeRows(message, rows, isTaken, blame);
    } else if (isTaken || rows.length > 0) blame("I2", `${message.sid} is forged and was taken`);
  }
}

function judgeRows(message, rows, isTaken, blame) {
  if (rows.length > 1 || (isTaken && rows.length === 0)) blame("I1", `${message.sid} is shown ${rows.length} times`);
  if (rows.some(({ name }) => name !== message.key)) blame("I1", `${message.sid} is shown at another key`);
  if (rows.some(({ row }) => !isAsWritten(row, message))) blame("I3", `${message.sid} is shown otherwise`);
}

/** The chat of whoever wrote, and what in it can be this message: texts are unlike each other but for STOP. */
function rowsOf(shown, name, { from, text }) {
  const rows = shown.get(`${name} ${from}`) ?? [];
  return rows.filter((row) => row.direction === "inbound" && row.text === text);
}

function isAsWritten(row, { to, files }) {
  return row.internal_id === to && row.attachments.length === files;
}

function judgeAnswers({ sid, answers }, isTaken, cutWithin, blame) {
  if (!isTaken) blame("I2", `${sid} was never answered 200`);
  const refused = answers.find(({ status, at, until }) => status !== 200 && !cutWithin(at, until));
  if (refused !== undefined) blame("I2", `${sid} was answered ${refused.status}`);
}

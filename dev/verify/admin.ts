import { expect, type Json, jsonOf, type Service } from "./service.ts";
import type { Check } from "./session.ts";

/** What today's runs cost so far, of all callers, in dollars. */
export async function spentToday(service: Service): Promise<number> {
  const { totals } = await jsonOf(await service.admin("/api/admin/stats?days=1"));
  return Number((Object(totals) as Json).spentUsd);
}

const locked: Check = {
  name: "the administration is locked",
  async run({ service }) {
    const response = await service.ask("/api/admin/stats", { headers: { Authorization: "Bearer wrong" } });
    await response.body?.cancel();
    expect([401, 404].includes(response.status), `with a wrong token it answers ${response.status}`);
    return String(response.status);
  },
};

/** Last, since all that was made goes with it: chats were about the set's persona. */
const erased: Check = {
  name: "all of it is erased",
  needs: "--admin-token",
  async run({ service, madeSet }) {
    const { email, setId } = await madeSet();
    const answer = await jsonOf(await service.admin("/api/admin/erase", { body: { email } }));
    const { sets } = Object(answer.erased) as Json;
    expect(sets === 1, `${sets} sets were erased`);
    const gone = await jsonOf(await service.ask(`/api/personas/${setId}`), 404);
    expect(gone.code === "not_found", `the set's code is ${gone.code}`);
    return JSON.stringify(answer.erased).replace(/["{}]/g, "").replaceAll(",", ", ");
  },
};

export const lockedCheck = locked;
export const erasedCheck = erased;

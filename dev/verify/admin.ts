import { expect, type Json } from "./service.ts";
import type { Checks } from "./session.ts";

export const lockedChecks: Checks = {
  async "the administration is locked"({ service }) {
    const headers = { Authorization: "Bearer wrong" };
    const { status } = await service.ask("/api/admin/stats", { headers });
    expect([401, 404].includes(status), `with a wrong token it answers ${status}`);
    return String(status);
  },
};

/** Last, since all that was made goes with it: chats were about the set's persona. */
export const erasedChecks: Checks = {
  async "all of it is erased"({ service, madeSet }) {
    const { email, setId } = await madeSet();
    const { erased } = await service.admin("/api/admin/erase", { body: { email } });
    const { sets } = Object(erased) as Json;
    expect(sets === 1, `${sets} sets were erased`);
    const gone = await service.json(`/api/personas/${setId}`, {}, 404);
    expect(gone.code === "not_found", `the set's code is ${gone.code}`);
    return JSON.stringify(erased).replace(/["{}]/g, "").replaceAll(",", ", ");
  },
};

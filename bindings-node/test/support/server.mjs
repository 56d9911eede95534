// A server on the loopback interface that never answers, and knows when a connection is closed.
import { once } from "node:events";
import { createServer } from "node:http";

export async function hangingServer() {
  const requests = [];
  const waiters = [];
  const server = createServer((request) => {
    const entry = { path: request.url, closed: once(request.socket, "close") };
    requests.push(entry);
    waiters.splice(0).forEach((resolve) => resolve(entry));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    baseUrl: `http://127.0.0.1:${server.address().port}/v1`,
    requests,
    next: () => new Promise((resolve) => void waiters.push(resolve)),
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

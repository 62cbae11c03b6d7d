// Preloaded into a server for Node that listens on every interface, without a setting for it: listen on loopback only.
const net = require("node:net");

const listen = net.Server.prototype.listen;
net.Server.prototype.listen = function (first, ...rest) {
  if (first !== null && typeof first === "object" && "port" in first) {
    return listen.call(this, { ...first, host: "127.0.0.1" }, ...rest);
  }
  const ready = rest.find((one) => typeof one === "function");
  return listen.call(this, { port: Number(first), host: "127.0.0.1" }, ...(ready ? [ready] : []));
};

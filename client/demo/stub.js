window.storebeacon ||= ((stub) => {
  for (const name of ['page', 'track', 'identify', 'consent', 'reset', 'ready']) {
    stub[name] = (...call) => stub.q.push([name, ...call]);
  }
  return stub;
})({ q: [] });

// Drives the official package `paytabs_pt2`, untouched; only the host it calls is pointed at the emulator.
const axios = require('axios');
const paytabs = require('paytabs_pt2');

const [gateway, profile, key, steps] = process.argv.slice(2);
axios.interceptors.request.use((request) => {
  request.url = request.url.replace('https://secure.paytabs.com/', gateway + '/');
  return request;
});
paytabs.setConfig(profile, key, 'ARE');

const address = ['Mona Ali', 'mona@example.com', '+971500000000', '1 Test Street', 'Dubai', 'DU', 'AE', '00000', '1.2.3.4'];
const calls = {
  create: ({ cart, amount }, done) =>
    paytabs.createPaymentPage(['all'], ['sale', 'ecom'], [cart, 'AED', amount, 'Two shirts'], address, address,
      ['', 'none'], 'en', done),
  validate: ({ ref }, done) => paytabs.validatePayment(ref, done),
  refund: ({ ref, cart, amount }, done) =>
    paytabs.queryTransaction([ref, 'refund', 'ecom'], [cart, 'AED', amount, 'returned'], done),
};

const { call, ...values } = JSON.parse(steps);
calls[call](values, (answer) => console.log(JSON.stringify(answer)));

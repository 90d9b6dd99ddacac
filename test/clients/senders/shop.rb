# What a shop's backend sends, through a Segment client for Ruby.
#
# usage: ruby shop.rb MODULE HOST PORT WRITE_KEY
#   MODULE: segment or rudder
require 'bigdecimal'
require 'date'
require 'json'
require 'set'
require 'stringio'

brand, host, port, write_key = ARGV
$failed = proc { |status, error| warn "not taken: #{status} #{error}" }
NEW =
  if brand == 'rudder'
    require 'rudder-sdk-ruby'
    lambda do
      Rudder::Analytics.new(write_key: write_key, data_plane_url: "http://#{host}:#{port}", ssl: false,
                            retries: 1, on_error: $failed)
    end
  else
    require 'segment/analytics'
    lambda do
      Segment::Analytics.new(write_key: write_key, host: host, port: port.to_i, ssl: false, retries: 1,
                             on_error: $failed)
    end
  end
# RudderStack's client takes ids of users and groups as text alone.
USER = brand == 'rudder' ? '42' : 42
GROUP = brand == 'rudder' ? '7001' : 7001
FORMER = brand == 'rudder' ? '41' : 41

def order(to, properties, more = {})
  to.track({
    user_id: USER,
    event: 'Order Completed',
    timestamp: Time.new(2026, 11, 28, 22, 0, 0.123r, '+08:00'),
    properties: { currency: :USD }.merge(properties)
  }.merge(more))
end

shop = NEW.call
shop.identify(
  user_id: USER,
  traits: {
    email: 'mei@shop.example', plan: :gold, created_at: Time.utc(2026, 11, 1, 9, 30),
    birthday: Date.new(1990, 5, 4), address: {}, company: nil
  }
)
shop.page(user_id: USER, name: 'Teas', category: 'Shop',
          properties: { url: 'https://shop.example/teas', position: BigDecimal('2') })
shop.screen(user_id: USER, name: :Basket)
shop.group(user_id: USER, group_id: GROUP, traits: { name: 'Tea House', employees: BigDecimal('12') })
shop.alias(user_id: USER, previous_id: FORMER)
shop.track(anonymous_id: '5f0c1c9e-1b1e-4f3a-9d51-6d1c8f6a2b11', event: 'Product Viewed',
           properties: { product_id: 501, price: BigDecimal('12.50'), currency: 'usd' })
order(shop, {
  order_id: '1001', total: BigDecimal('19.99'), tax: BigDecimal('0'),
  products: [
    { product_id: 'A-1', price: BigDecimal('5.00'), quantity: 2 },
    { product_id: 'A-2', price: BigDecimal('9.99'), quantity: BigDecimal('1') }
  ]
})
order(shop, {
  order_id: 1002, total: 25, coupon: nil, tax: nil,
  products: [{ product_id: 501, variant_id: nil, sku: nil, price: 12.5, quantity: 2 }]
})
order(shop, {
  order_id: '1003', total: '1299.00',
  products: [{ product_id: 'A-3', price: '649.50', quantity: '2' }]
})
order(shop, {
  order_id: '1004', total: 5,
  products: [{ product_id: 'A-4', price: 5, quantity: 1, options: [] }]
}, context: { page: {}, traits: {}, campaign: {}, app: { name: 'shop', build: 12 } }, integrations: {})
order(shop, {
  order_id: '1005', total: 7.5, ordered_at: DateTime.new(2026, 11, 28, 22, 0, 0, '+08:00'),
  ships_on: Date.new(2026, 12, 1), tags: Set[:gift],
  products: [{ product_id: 'A-5', price: 7.5, quantity: 1, added_at: Time.utc(2026, 11, 28, 13, 0) }]
}, context: { ip: '203.0.113.7', locale: 'en_US', timezone: 'Asia/Taipei', active: true },
   integrations: { All: true, Mixpanel: false })
order(shop, {
  order_id: '1006', total: 30,
  products: {
    1 => { product_id: 'A-1', price: 10, quantity: 1 },
    3 => { product_id: 'A-6', price: 20, quantity: 1 }
  }
})
# A share that was never rounded is a fraction.
order(shop, {
  order_id: '1007', total: 12, share: Rational(1, 3),
  products: [{ product_id: 'A-7', price: 12, quantity: 1, name: :oolong }]
})
shop.track(user_id: USER, event: 'Coupon Entered', properties: { coupon_id: :TEA10 })
shop.flush

shop = NEW.call
(2001..2050).each do |number|
  amount = BigDecimal(number) / 100
  order(shop, {
    order_id: number.to_s, total: amount,
    products: [{ product_id: "B-#{number}", price: amount, quantity: 1 }]
  }, user_id: brand == 'rudder' ? number.to_s : number)
end
shop.flush

<?php

// What a shop's backend sends, through Segment's client for PHP.
//
// usage: php -d curl.cainfo=CERTIFICATE shop.php LIBRARY HOST WRITE_KEY
//   LIBRARY: the folder of the client; HOST: host and port, served with TLS

declare(strict_types=1);

[, $library, $host, $writeKey] = $argv;
spl_autoload_register(function (string $class) use ($library): void {
    require $library . '/lib/' . str_replace(['Segment\\', '\\'], ['', '/'], $class) . '.php';
});

use Segment\Client;

date_default_timezone_set('Asia/Taipei');

$options = [
    'host' => $host,
    'error_handler' => function (int $code, string $message): void {
        fwrite(STDERR, "not taken: $code $message\n");
    },
];

function order(Client $to, array $properties, array $more = []): void
{
    $to->track([
        'userId' => 42,
        'event' => 'Order Completed',
        'timestamp' => strtotime('2026-11-28T22:00:00+08:00'),
        'properties' => ['currency' => 'USD'] + $properties,
    ] + $more);
}

$shop = new Client($writeKey, $options);
$shop->identify([
    'userId' => 42,
    'traits' => [
        'email' => 'mei@shop.example',
        'plan' => 'gold',
        'created_at' => new DateTime('2026-11-01T09:30:00Z'),
        'address' => [],
        'company' => null,
    ],
]);
$shop->page([
    'userId' => 42,
    'category' => 'Shop',
    'name' => 'Teas',
    'properties' => ['url' => 'https://shop.example/teas', 'position' => '2'],
]);
$shop->screen(['userId' => 42, 'name' => 'Basket', 'properties' => []]);
$shop->group(['userId' => 42, 'groupId' => 7001, 'traits' => ['name' => 'Tea House', 'employees' => '12']]);
$shop->alias(['userId' => 42, 'previousId' => 41]);
$shop->track([
    'anonymousId' => '5f0c1c9e-1b1e-4f3a-9d51-6d1c8f6a2b11',
    'event' => 'Product Viewed',
    'properties' => ['product_id' => 501, 'price' => '12.50', 'currency' => 'usd'],
]);
order($shop, [
    'order_id' => '1001',
    'total' => 19.99,
    'tax' => 0.0,
    'products' => [
        ['product_id' => 'A-1', 'price' => 5.00, 'quantity' => 2],
        ['product_id' => 'A-2', 'price' => 9.99, 'quantity' => 1],
    ],
]);
// Databases give numbers as numbers, and an absent coupon as false or as an empty text.
order($shop, [
    'order_id' => 1002,
    'total' => 25,
    'coupon' => false,
    'tax' => '',
    'products' => [['product_id' => 501, 'variant_id' => 0, 'sku' => '', 'price' => 12.5, 'quantity' => 2]],
]);
order($shop, [
    'order_id' => '1003',
    'total' => number_format(1299, 2, '.', ''),
    'products' => [['product_id' => 'A-3', 'price' => '649.50', 'quantity' => '2']],
]);
// What is empty is a list to PHP.
order($shop, [
    'order_id' => '1004',
    'total' => 5,
    'products' => [['product_id' => 'A-4', 'price' => 5, 'quantity' => 1, 'options' => [], 'category' => []]],
], [
    'context' => ['page' => [], 'traits' => [], 'campaign' => [], 'app' => ['name' => 'shop', 'build' => 12]],
    'integrations' => [],
]);
// The client makes an integer of any text that is given as a time: 2026 seconds.
$shop->track([
    'userId' => 42,
    'event' => 'Order Completed',
    'timestamp' => '2026-11-28T22:00:00+08:00',
    'properties' => [
        'order_id' => '1005',
        'currency' => 'USD',
        'total' => 7.5,
        'ordered_at' => new DateTimeImmutable('2026-11-28T22:00:00+08:00'),
        'products' => [['product_id' => 'A-5', 'price' => 7.5, 'quantity' => 1]],
    ],
    'context' => ['ip' => '203.0.113.7', 'locale' => 'en_US', 'timezone' => 'Asia/Taipei', 'active' => true],
    'integrations' => ['All' => true, 'Mixpanel' => false],
]);
// What array_filter leaves keeps its keys: no list to JSON any more.
order($shop, [
    'order_id' => '1006',
    'total' => 30,
    'products' => array_filter([
        ['product_id' => 'gift', 'price' => 0, 'quantity' => 1],
        ['product_id' => 'A-1', 'price' => 10, 'quantity' => 1],
        ['product_id' => 'gift', 'price' => 0, 'quantity' => 1],
        ['product_id' => 'A-6', 'price' => 20, 'quantity' => 1],
    ], fn (array $line): bool => $line['price'] > 0),
]);
// As a template prints amounts, and a plugin that passes its lines as text.
order($shop, [
    'order_id' => '1007',
    'total' => number_format(1512, 2),
    'products' => json_encode([['product_id' => 'A-7', 'price' => '1512.00', 'quantity' => 1]]),
]);
$shop->track(['userId' => 42, 'event' => 'Coupon Entered', 'properties' => ['coupon_id' => 'TEA10']]);
$shop->flush();

$shop = new Client($writeKey, $options + ['compress_request' => true]);
foreach (range(2001, 2050) as $number) {
    $amount = number_format($number / 100, 2, '.', '');
    order($shop, [
        'order_id' => (string) $number,
        'total' => $amount,
        'products' => [['product_id' => "B-$number", 'price' => $amount, 'quantity' => 1]],
    ], ['context' => ['traits' => []]]);
}
$shop->flush();

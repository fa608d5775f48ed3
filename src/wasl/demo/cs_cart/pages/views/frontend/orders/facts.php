<?php

namespace Wasl\Demo\CsCart;

/** @var array $order */
$status = \fn_demo_shown_status($order);
?>
<dl class="facts">
<div><dt><?= t('order.number') ?></dt><dd><bdi id="order-id"><?= e($order['order_id']) ?></bdi></dd></div>
<div><dt><?= t('order.goods') ?></dt><dd><?php foreach (array_values($order['products']) as $at => $line) : ?><?= $at ? '<br>' : '' ?><?= e(product_name($line)) ?> × <?= e($line['amount']) ?><?php endforeach ?></dd></div>
<div><dt><?= t('order.total') ?></dt><dd><bdi id="order-total"><?= e(price($order['total'])) ?></bdi></dd></div>
<?php if (!empty($order['payment_method']['payment'])) : ?>
<div><dt><?= t('order.method') ?></dt><dd><bdi><?= e($order['payment_method']['payment']) ?></bdi></dd></div>
<?php endif ?>
<div><dt><?= t('order.status') ?></dt><dd><span class="status" id="order-status" data-status="<?= e($status) ?>"><?= e(status_name($status)) ?></span></dd></div>
</dl>

<?php

namespace Wasl\Demo\CsCart;

/** @var array[] $orders @var bool $with_incomplete */
$view->assign('title', \__('office.orders'));
?>
<div class="head">
<h1><?= t('office.orders') ?></h1>
<a class="button" id="incomplete-too" href="/admin.php?dispatch=orders.manage<?= $with_incomplete ? '' : '&amp;include_incompleted=1' ?>"><?= t($with_incomplete ? 'office.complete_only' : 'office.incomplete_too') ?></a>
</div>
<div class="card scroll">
<?php if (!$orders) : ?>
<p class="pad muted"><?= t('office.no_orders') ?></p>
<?php else : ?>
<table>
<thead><tr><th><?= t('office.id') ?></th><th><?= t('office.status') ?></th><th><?= t('office.date') ?></th><th><?= t('office.customer') ?></th><th class="sum"><?= t('office.total') ?></th></tr></thead>
<tbody>
    <?php foreach ($orders as $order) : ?>
<tr><td><a href="/admin.php?dispatch=orders.details&amp;order_id=<?= e($order['order_id']) ?>">#<bdi><?= e($order['order_id']) ?></bdi></a></td>
<td><span class="badge status-<?= e($order['status']) ?>"><?= e(status_name($order['status'])) ?></span></td>
<td><bdi><?= date('Y-m-d H:i', (int) $order['timestamp']) ?></bdi></td><td><?= e("$order[firstname] $order[lastname]") ?></td>
<td class="sum"><bdi><?= e(price($order['total'], CART_PRIMARY_CURRENCY)) ?></bdi></td></tr>
    <?php endforeach ?>
</tbody>
</table>
<?php endif ?>
</div>

<?php

namespace Wasl\Demo\CsCart;

/** @var array $order @var bool $may_repay */
$view->assign('title', \__('order.title') . " $order[order_id]");
$status = \fn_demo_shown_status($order);
?>
<article class="slip">
<h1><?= t('order.title') ?> <bdi><?= e($order['order_id']) ?></bdi></h1>
<p><?= e(word('status.about', $status, status_name($status))) ?></p>
<?php if ($may_repay && !empty($order['payment_info']['reason_text'])) : ?>
<p class="quote"><bdi><?= e($order['payment_info']['reason_text']) ?></bdi></p>
<?php endif ?>
<?= $view->fetch('views/orders/facts.tpl') ?>
<?= $may_repay ? $view->fetch('views/orders/repay.tpl') : '' ?>
<p class="quiet"><a href="/"><?= t('frame.home') ?></a></p>
</article>

<?php

namespace Wasl\Demo\CsCart;

/** @var array $order @var bool $is_backordered */
$name = $is_backordered ? 'complete.backordered' : 'complete.title';
$view->assign(['title' => \__('complete.title'), 'said' => ['order_placed', 'order_backordered']]);
?>
<article class="slip good">
<h1><?= t($name) ?></h1>
<p><?= t($is_backordered ? 'complete.backordered.text' : 'complete.text') ?></p>
<?= $view->fetch('views/orders/facts.tpl') ?>
<p><a class="act" href="/"><?= t('frame.home') ?></a></p>
<p class="quiet"><a href="/index.php?dispatch=orders.details&amp;order_id=<?= e($order['order_id']) ?>"><?= t('order.look') ?></a></p>
</article>

<?php

namespace Wasl\Demo\CsCart;

/** @var array $order */
?>
<form method="post" action="/index.php?dispatch=orders.repay&amp;order_id=<?= e($order['order_id']) ?>">
<?= form_proof() ?>
<button class="act" id="pay-again"><?= t('order.pay_again') ?></button>
</form>

{if $wasl_refund && $is_refund == "Y"}
<div class="control-group">
    <label class="control-label" for="wasl_refund">{__("wasl.refund_tick")}:</label>
    <div class="controls">
        {if $wasl_refund.state == "approved"}
            <p class="label label-success">{__("wasl.refund_done")}: {$wasl_refund.amount|escape} {$wasl_refund.currency|escape}</p>
        {elseif $wasl_refund.state}
            <p class="label label-warning">{__("wasl.refund_waits")}: {$wasl_refund.amount|escape} {$wasl_refund.currency|escape}</p>
        {elseif $wasl_refund.amount}
            <label class="checkbox"><input type="checkbox" name="change_return_status[wasl_refund]" id="wasl_refund" value="{$wasl_refund.worth|escape}" /> {$wasl_refund.amount|escape} {$wasl_refund.currency|escape}</label>
            <p class="muted description">{__("wasl.refund_note")}</p>
        {else}
            <p class="muted">{__("wasl.refund_nothing")}</p>
        {/if}
    </div>
</div>
{/if}

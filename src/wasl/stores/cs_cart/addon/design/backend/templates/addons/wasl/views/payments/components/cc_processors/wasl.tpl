<p>{__("wasl.settings_note")}</p>

<div class="control-group">
    <label class="control-label" for="wasl_store_id">{__("wasl.store")}:</label>
    <div class="controls">
        <select name="payment_data[processor_params][store_id]" id="wasl_store_id">
            {foreach from=$wasl_stores key="store_id" item="name"}
                <option value="{$store_id|escape}"{if $processor_params && $processor_params.store_id == $store_id} selected="selected"{/if}>{$name|escape}</option>
            {/foreach}
        </select>
    </div>
</div>

<div class="control-group">
    <label class="control-label" for="wasl_currency_policy">{__("wasl.currency_policy")}:</label>
    <div class="controls">
        <select name="payment_data[processor_params][currency_policy]" id="wasl_currency_policy">
            <option value="primary"{if $processor_params && $processor_params.currency_policy == "primary"} selected="selected"{/if}>{__("wasl.currency_primary")}</option>
            <option value="buyer"{if $processor_params && $processor_params.currency_policy == "buyer"} selected="selected"{/if}>{__("wasl.currency_buyer")}</option>
        </select>
        <p class="muted description">{__("wasl.currency_note")}</p>
    </div>
</div>

<div class="control-group">
    <label class="control-label" for="wasl_refund_status">{__("wasl.refund_status")}:</label>
    <div class="controls">
        <select name="payment_data[processor_params][refund_status]" id="wasl_refund_status">
            <option value="">{__("wasl.refund_status_none")}</option>
            {foreach from=$wasl_statuses key="letter" item="name"}
                <option value="{$letter|escape}"{if $processor_params && $processor_params.refund_status == $letter} selected="selected"{/if}>{$name|escape}</option>
            {/foreach}
        </select>
        <p class="muted description">{__("wasl.refund_status_note")}</p>
    </div>
</div>

<div class="control-group">
    <label class="control-label" for="wasl_refund_scope">{__("wasl.refund_scope")}:</label>
    <div class="controls">
        <select name="payment_data[processor_params][refund_scope]" id="wasl_refund_scope">
            <option value="items_tax"{if $processor_params && $processor_params.refund_scope == "items_tax"} selected="selected"{/if}>{__("wasl.refund_scope_items_tax")}</option>
            <option value="items"{if $processor_params && $processor_params.refund_scope == "items"} selected="selected"{/if}>{__("wasl.refund_scope_items")}</option>
            <option value="items_tax_shipping"{if $processor_params && $processor_params.refund_scope == "items_tax_shipping"} selected="selected"{/if}>{__("wasl.refund_scope_items_tax_shipping")}</option>
        </select>
        <p class="muted description">{__("wasl.refund_scope_note")}</p>
    </div>
</div>

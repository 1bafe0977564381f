"""Well-known phrases of what is set or pressed: the tables as in ``reading_phrases``."""

SETTING_PHRASES: dict[str, str] = {
    "button": """
        beep
        calibrate_motor: calibration_motor motor_calibration
        cancel_delayed_action: cancel_delay_task del_delay_work delete_delay_work
        clear_energy: clear_power_consumption power_consumption_clear
        clear_history: clear_historical clear_history
        clear_total_count
        clear_valve_pulse#
        detect
        query_all
        query_motor_position: query_motor_stroke_position
        query_status: query_device_status query_status report_status
        reboot
        reconnect
        refresh_display
        rejoin
        report_battery
        reset
        stop_alarm: clear_alarm release_alarm stop_alarm
        stop_buzzer
        stop_history_retrieval: stop_historical_retrieval stop_transmit
        sync_time: sync_time synchronize_time time_sync time_synchronize
        """,
    "datetime": """
        valve_schedule_start#: valve_schedule_start_time
        """,
    "number": """
        alarm_maximum: alarm_max alarm_threshold_max threshold_max
        alarm_minimum: alarm_min alarm_threshold_min threshold_min
        class_a_response_time
        collection_interval
        cool_target_maximum: cool_target_temperature_range_max
        cool_target_minimum: cool_target_temperature_range_min
        current_template: current_template_id
        dst_end_month: daylight_saving_time_end_month dst_end_month
        dst_end_time: daylight_saving_time_end daylight_saving_time_end_hour_min dst_end_time
        dst_end_week: daylight_saving_time_end_week daylight_saving_time_end_week_num dst_end_week
        dst_end_week: dst_end_week_num
        dst_end_week_day: daylight_saving_time_end_week_day dst_end_week_day
        dst_offset: daylight_saving_time_dst_bias daylight_saving_time_offset dst_bias dst_offset
        dst_start_month: daylight_saving_time_start_month dst_start_month
        dst_start_time: daylight_saving_time_start daylight_saving_time_start_hour_min
        dst_start_time: dst_start_time
        dst_start_week: daylight_saving_time_start_week daylight_saving_time_start_week_num
        dst_start_week: dst_start_week dst_start_week_num
        dst_start_week_day: daylight_saving_time_start_week_day dst_start_week_day
        fan_delay: fan_delay_close_time fan_delay_time
        filter_time: filter_time pulse_filter_time
        freeze_protection_temperature: anti_freeze_protection_temperature
        freeze_protection_temperature: freeze_protection_target_temperature
        freeze_protection_temperature: freeze_protection_temperature
        geofence_latitude: geofence_center_latitude
        geofence_longitude: geofence_center_longitude
        geofence_radius: geofence_center_radius
        gnss_timeout: gnss_positioning_timeout
        heat_target_maximum: heat_target_temperature_range_max
        heat_target_minimum: heat_target_temperature_range_min
        heating_period_end_day: heat_date_end_day heat_period_date_end_day heat_period_end_day
        heating_period_end_month: heat_date_end_month heat_period_date_end_mon
        heating_period_end_month: heat_period_date_end_month heat_period_end_month
        heating_period_report_interval: heat_period_report_interval
        heating_period_start_day: heat_date_start_day heat_period_date_start_day
        heating_period_start_day: heat_period_start_day
        heating_period_start_month: heat_date_start_month heat_period_date_start_mon
        heating_period_start_month: heat_period_date_start_month heat_period_start_month
        humidity_calibration
        lorawan_temperature_timeout: temperature_source_lorawan_reception_timeout
        modbus#: modbus modbus_channel
        motion_duration: motion_detection_duration
        motion_idle_time: pir_idle_time
        motion_threshold: motion_detection_delta_g
        ntc_timeout: temperature_source_external_ntc_reception_timeout
        open_window_drop: open_window_detection_temperature_threshold
        open_window_drop: window_opening_detection_cool_rate
        open_window_time: open_window_detection_time open_window_time
        output_pulse_duration#: gpio_output_pulse_duration
        overcurrent_alarm_limit: overcurrent_alarm_current overcurrent_alarm_threshold
        overcurrent_protection_limit: overcurrent_protection_current
        overcurrent_protection_limit: overcurrent_protection_threshold
        pm25_collection_interval
        report_interval
        retransmission_interval
        retrieval_interval: resend_interval retrieval_interval
        target_temperature#
        temperature_alarm_maximum: temperature_alarm_threshold_max
        temperature_alarm_minimum: temperature_alarm_threshold_min
        temperature_calibration
        temperature_tolerance: target_temperature_tolerance temperature_control_tolerance
        temperature_tolerance: temperature_tolerance temperature_tolerance_target
        vacancy_report_interval
        valve_opening: temperature_control_valve_opening valve_opening
        valve_schedule_duration#
        valve_schedule_sequence#: valve_schedule_sequence_id
        valve_schedule_valve#: valve_schedule_index
        """,
    "select": """
        alarm_condition: alarm_condition alarm_threshold_condition threshold_condition
        buzzer_silent_time
        carbon_dioxide_calibration_mode: co2_calibration_mode
        collection_interval_unit
        detection_mode
        dst_end_month: daylight_saving_time_end_month dst_end_month
        dst_end_time: daylight_saving_time_end daylight_saving_time_end_hour_min dst_end_time
        dst_end_week: daylight_saving_time_end_week daylight_saving_time_end_week_num dst_end_week
        dst_end_week: dst_end_week_num
        dst_end_week_day: daylight_saving_time_end_week_day dst_end_week_day
        dst_start_month: daylight_saving_time_start_month dst_start_month
        dst_start_time: daylight_saving_time_start daylight_saving_time_start_hour_min
        dst_start_time: dst_start_time
        dst_start_week: daylight_saving_time_start_week daylight_saving_time_start_week_num
        dst_start_week: dst_start_week dst_start_week_num
        dst_start_week_day: daylight_saving_time_start_week_day dst_start_week_day
        enabled_modes: mode_enable
        fan_mode
        filter_mode: filter_mode pulse_filter_mode
        heating_period_end_month: heat_date_end_month heat_period_date_end_mon
        heating_period_end_month: heat_period_date_end_month heat_period_end_month
        heating_period_report_interval_unit: heat_period_report_interval_unit
        heating_period_start_month: heat_date_start_month heat_period_date_start_mon
        heating_period_start_month: heat_period_date_start_month heat_period_start_month
        led_indicator_mode: led_indicator_mode led_mode
        lorawan_timeout_response: temperature_source_lorawan_reception_timeout_response
        ntc_timeout_response: temperature_source_external_ntc_reception_timeout_response
        open_window_valve: window_opening_detection_valve_status
        positioning_strategy
        power_restored: power_on_mode power_on_status power_restore_status power_switch_mode
        report_interval_unit
        report_strategy
        report_type
        target_temperature_step: target_temperature_resolution
        temperature_alarm_condition
        temperature_control_mode
        temperature_source: temperature_source temperature_source_type
        temperature_unit
        time_display
        time_zone
        tvoc_unit
        """,
    "switch": """
        adr: adr_enable
        auto_confirm
        battery_visible: block_visible_battery_status
        bluetooth: ble_enable bluetooth_enable
        button_lock: button_lock_enable
        button_reset: button_reset button_reset_enable
        button_visible
        buttons: button_enable
        buzzer: buzzer buzzer_enable
        buzzer_sleep: buzzer_sleep_enable
        carbon_dioxide_auto_calibration: co2_abc_calibration_enable
        child_lock: child_lock child_lock_enable
        child_lock_collection: child_lock_collection_button child_lock_collection_button_enable
        child_lock_fan: child_lock_fan_button child_lock_fan_button_enable
        child_lock_off: child_lock_off_button child_lock_off_button_enable
        child_lock_on: child_lock_on_button child_lock_on_button_enable
        child_lock_power: child_lock_power_button child_lock_power_button_enable
        child_lock_system: child_lock_system_button child_lock_system_button_enable
        child_lock_temperature: child_lock_temperature_button child_lock_temperature_button_enable
        conductivity_sensor: sensor_electrical_conductivity_enable
        d2d: d2d_enable
        d2d_agent: d2d_agent_enable
        d2d_controller: d2d_controller_enable d2d_master_enable
        d2d_pairing: d2d_pairing_enable
        data_storage: history_enable storage_enable
        digital_output
        double_click: double_click_enable
        dst: daylight_saving_enable daylight_saving_time_enable dst_enable
        energy_metering: power_consumption_enable
        fan_delay: fan_delay_close_enable fan_delay_enable
        find_device: find_device_enable find_enable
        freeze_protection: freeze_protection_enable
        gpio_output#
        humidity_calibration: humidity_calibration_enable
        humidity_sensor: sensor_humidity_enable
        image_visible#: block_visible_image
        led_indicator: led_indicator led_indicator_enable led_indicator_mode led_mode
        open_window_detection: open_window_detection_enable window_opening_detection_enable
        output#
        overcurrent_alarm: overcurrent_alarm_enable
        overcurrent_protection: overcurrent_protection_enable
        periodic_reports: period_report_enable
        qr_code_visible: block_visible_qrcode
        relay#: relay relay_output_status relay_status
        retransmission: retransmission_enable
        screen: display_enable screen_display_enable
        screen_alarm: screen_display_alarm_enable
        show_ambient_temperature: ambient_temperature_display_enable display_ambient_temperature
        show_ambient_temperature: display_ambient_temperature_enable
        show_ambient_temperature: environment_temperature_display_enable
        show_carbon_dioxide: screen_display_element_co2
        show_formaldehyde: screen_display_element_hcho
        show_humidity: screen_display_element_humidity
        show_light: screen_display_element_light
        show_ozone: screen_display_element_o3
        show_pm10: screen_display_element_pm10
        show_pm25: screen_display_element_pm25
        show_pressure: screen_display_element_pressure
        show_smile: screen_display_element_smile
        show_temperature: screen_display_element_temperature
        show_tvoc: screen_display_element_tvoc
        smart_display: intelligent_display_enable
        socket#: set_socket_status socket socket_status socket_status_switch
        switch#: button_status button_status_control set_socket_control_status switch
        tamper_detection: tamper_alarm_enable tamper_detection_enable
        temperature_calibration: temperature_calibration_enable
        temperature_sensor: sensor_temperature_enable
        text_visible#: block_visible_text
        time_sync: time_sync_enable
        triggered_reports: trigger_report_enable
        valve_schedule#: valve_schedule_enable
        wifi: wifi_enable
        """,
    "text": """
        d2d_key
        template_qr_code#: template_qrcode
        template_text#
        """,
    "time": """
        buzzer_sleep_end: buzzer_sleep_end_time
        buzzer_sleep_start: buzzer_sleep_start_time
        """,
}

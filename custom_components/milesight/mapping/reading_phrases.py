"""Well-known phrases of what is only read, and their translation keys by platform.

A line is a translation key and the phrases that have it; a key alone is its own phrase. A phrase is
``PathTokens.key``: the words of a path without numbers, scale and noise. ``#`` marks keys with a
second translation ``<key>_number`` for numbered properties, ``@`` those with ``<key>_channel``.
"""

READING_PHRASES: dict[str, str] = {
    "binary_sensor": """
        buzzer: buzzer_status
        cellular: cellular_status network_cellular_status
        contact@: magnet magnet_status
        daylight: daylight illuminance_status
        device_status
        distance_alarm
        door: door door_status
        fan: fan_control_status fan_status
        fan_relay_high: relay_status_high
        fan_relay_low: relay_status_low
        fan_relay_medium: relay_status_medium relay_status_mid
        freeze_protection: anti_freeze_protection freeze_protection
        gas: gas_status
        gpio#
        gpio_alarm
        gpio_input#: gpio_input gpio_input_status
        humidity_alarm
        leak: leak leak_status
        motion: motion pir pir_status
        occlusion_alarm: master_occlusion_alarm occlusion_alarm
        occupancy: occupancy occupancy_status
        period_count_alarm
        pressure_alarm
        pressure_sensor_status
        region#
        region_enabled#: region_enable
        region_occupancy#
        smoke: smoke_status
        tamper: tamper tamper_status
        temperature_alarm
        tilt: position
        total_count_alarm
        valve#: temperature_control_valve_status valve valve_status
        valve_relay#: relay_status_valve
        window: window window_detection window_status
        """,
    "event": """
        button#: button button_event button_event_status button_status key_event
        current_alarm
        function_key: function_key_event
        humidity_alarm
        low_voltage_alarm
        modbus_alarm
        motor_calibration: motor_calibration_result motor_calibration_result_report
        overcurrent_alarm: overcurrent_alarm overcurrent_event
        power_outage: outage_alarm outage_event power_outage power_outage_alarm
        pressure_threshold_alarm
        reset: reset_event
        target_temperature_alarm
        temperature_alarm
        window_opening_alarm
        """,
    "image": """
        background_image
        image#
        """,
    "sensor": """
        active_schedule: execution_plan_id plan_event
        adc#
        adv#
        ambient_temperature: ambient_temperature environment_temperature
        ammonia: nh3
        analog_input#@
        analog_input_alarm@
        angle_x
        angle_y
        angle_z
        barometric_pressure
        battery: battery battery_level
        battery_temperature
        battery_voltage
        button_message_id: button_event_msgid
        carbon_dioxide: co2
        carbon_monoxide: co
        cellular_signal: cellular_signal network_cellular_signal
        conductivity: conductivity electrical_conductivity electricity
        cpu_temperature: cpu_temperature device_cpu_temperature
        cpu_usage: cpu_usage device_cpu_usage
        current#@: current current_rating
        current_sensor_status
        custom_message
        data_source: source
        depth
        detection_status
        device_model
        device_region
        distance
        energy: energy energy_consumption power_consumption
        fan_mode: fan_control_mode fan_mode
        fan_status: fan_control_status fan_status
        formaldehyde: hcho
        geofence_status
        gpio_counter#: gpio_counter gpio_input_counter
        humidity#@
        humidity_sensor_status
        hydrogen_sulphide: h2s
        iccid: cellular_status_iccid iccid network_iccid
        illuminance
        laeq
        laf
        lafmax
        light_level
        line_period_in#
        line_period_out#
        line_total_in#
        line_total_out#
        liquid_level: liquid liquid_level
        lorawan_class
        memory_usage: device_memory_usage memory_usage
        modbus#: modbus modbus_channel
        modbus_alarm#: modbus_channel_alarm
        modbus_id#: modbus_channel_id
        modbus_name#: modbus_channel_name
        modbus_status#: modbus_channel_status
        moisture
        motion_status
        motor_calibration: motor_calibration_result
        motor_position: motor_position motor_stroke_position
        motor_stroke: motor_stroke motor_total_stroke
        nitrogen_dioxide: no2
        node_count
        oem_id
        ozone: o3
        people_count: people_count people_count_all people_total_count
        people_in
        people_out
        period_in
        period_out
        ph
        pm1
        pm10
        pm25
        positioning_type
        power@: active_power electric_power power
        power_factor
        power_status
        pressure#
        pt100#
        pulse#@
        radar_rssi: radar_rssi radar_signal_rssi
        rainfall_total
        region_avg_dwell#
        region_count#
        region_max_dwell#
        rssi
        snr
        soil_moisture
        soil_temperature
        target_temperature#
        target_valve_opening: target_valve_opening_degree
        temperature#@
        temperature_alarm
        temperature_change: temperature_mutation
        temperature_control_mode
        temperature_control_status
        temperature_left
        temperature_right
        temperature_sensor_status
        timestamp
        total_current
        total_in
        total_out
        tvoc
        ups_status
        uptime: device_uptime uptime
        valve_opening#: valve_opening valve_opening_degree
        valve_pulse#
        valve_task#: valve_task_status
        vaping_index
        voltage@
        wan_ip: network_wan_ip
        water
        water_alarm
        wind_direction
        wind_speed
        """,
}
